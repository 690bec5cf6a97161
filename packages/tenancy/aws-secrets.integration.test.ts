import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, it } from "vitest";
import { awsSecrets, secretsManager } from "./aws-secrets.ts";
import { mergeBootstrapSecret } from "./bootstrap-secret.ts";
import { fileSecrets } from "./file-secrets.ts";
import type { SecretStore } from "./secrets.ts";

const endpoint = process.env.TEST_AWS_ENDPOINT_URL;
const environment = { AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: endpoint };
if (endpoint) Object.assign(process.env, { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "words" });

const directory = await mkdtemp(join(tmpdir(), "ledgix-secrets-"));
afterAll(() => rm(directory, { recursive: true, force: true }));

const stores: [string, () => SecretStore][] = [["files", () => fileSecrets(directory)]];
if (endpoint)
  stores.push(["AWS Secrets Manager", () => awsSecrets({ prefix: `test/${randomBytes(6).toString("hex")}`, environment })]);

// One suite over both stores of tenants' secrets. AWS needs TEST_AWS_ENDPOINT_URL.
describe.each(stores)("secrets in %s", (_, open) => {
  const store = open();
  const secret = { database_url: "postgres://one", transport_key: "key" };

  it("are read as they were made, and absent ones are null", async () => {
    expect(await store.read("tenants/a")).toBeNull();
    expect(await store.create("tenants/a", secret)).toEqual(secret);
    expect(await store.read("tenants/a")).toEqual(secret);
  });

  it("are made once: of writers at the same moment one wins, and all learn which", async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.create("tenants/b", { ...secret, database_url: `postgres://${i}` })),
    );
    const kept = await store.read("tenants/b");
    for (const each of made) expect(each).toEqual(kept);
  });

  it("are replaced", async () => {
    await store.replace("tenants/a", { ...secret, database_url: "postgres://two" });
    expect((await store.read("tenants/a"))?.database_url).toBe("postgres://two");
  });
});

describe.runIf(endpoint)("AWS_SECRET_NAME", () => {
  it("lays a bundle over the environment; one that is missing or no bundle is refused by name, without its value", async () => {
    const name = `bootstrap-${randomBytes(6).toString("hex")}`;
    const client = secretsManager(environment);
    await client.send(
      new CreateSecretCommand({ Name: name, SecretString: JSON.stringify({ JUDGE_API_KEY: "from-aws", JUDGE_PORT: 9 }) }),
    );
    expect(
      await mergeBootstrapSecret({ ...environment, AWS_SECRET_NAME: name, JUDGE_PORT: "1", LOG_FORMAT: "text" }),
    ).toMatchObject({
      JUDGE_API_KEY: "from-aws",
      JUDGE_PORT: "9",
      LOG_FORMAT: "text",
    });
    await expect(mergeBootstrapSecret({ ...environment, AWS_SECRET_NAME: "absent" })).rejects.toThrow(/AWS_SECRET_NAME.*absent/);
    await client.send(new CreateSecretCommand({ Name: `${name}-text`, SecretString: "hunter2" }));
    const refused = mergeBootstrapSecret({ ...environment, AWS_SECRET_NAME: `${name}-text` });
    await expect(refused).rejects.toThrow(/not a flat JSON object/);
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });
});
