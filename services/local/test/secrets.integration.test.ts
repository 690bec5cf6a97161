import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Queryable } from "@ledgix/tenancy/database";
import { jsonLog } from "@ledgix/vault/log";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { type Answer, type Caller, type Stack, startStack, until } from "./stack.ts";

// Secrets are put where they belong, everything is made to fail in every way, and then nothing that a stranger or an operator could read holds one.

const SMTP_PASSWORD = "canary-of-the-mail-server-password";
const SLACK_SECRET = "canary-of-the-slack-client-secret";
const CONFLUENCE_TOKEN = "canary-of-the-confluence-token";

let stack: Stack;
let clientId: string;
let agent: Caller & { key: string };
let owner: Caller;
const lines: string[] = [];
const answers: string[] = [];
const printed: string[] = [];
beforeAll(async () => {
  for (const method of ["log", "info", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => void printed.push(values.map(String).join(" ")));
  }
  stack = await startStack({
    log: jsonLog("vault", (line) => lines.push(line)),
    environment: {
      SMTP_URL: `smtp://ledgix:${SMTP_PASSWORD}@127.0.0.1:9`,
      SLACK_CLIENT_ID: "client",
      SLACK_CLIENT_SECRET: SLACK_SECRET,
      SLACK_SIGNING_SECRET: "canary-of-the-slack-signing-secret",
      SLACK_URL: "http://127.0.0.1:9",
      VAULT_DELIVERY_RETRY_SECONDS: "1",
      VAULT_ALLOW_PRIVATE_CONFLUENCE: "true",
      VAULT_ALLOW_PRIVATE_WEBHOOKS: "true",
    },
  });
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  owner = await stack.addMember(clientId, "owner");
});
afterAll(async () => {
  vi.restoreAllMocks();
  await stack.close();
});

const keep = async (answer: Promise<Answer>) => {
  const { body, headers } = await answer;
  answers.push(JSON.stringify(body), JSON.stringify([...headers]));
  return body;
};

/** Everything that a database holds, as text. */
async function dump(database: Queryable): Promise<string> {
  const tables = await database.rows(
    z.object({ name: z.string() }),
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'private')",
  );
  const texts = await Promise.all(
    tables.map(({ name }) => database.rows(z.object({ text: z.string() }), `select t::text as text from ${name} t`)),
  );
  return texts
    .flat()
    .map(({ text }) => text)
    .join("\n");
}

describe("secrets", () => {
  it("are in no log, error, answer, header, metric or dump, whatever fails", async () => {
    const webhook = (await owner("POST", "/webhooks", { url: "http://127.0.0.1:9/hook", events: ["clearance.denied"] })).body; // shown once
    await keep(
      owner("POST", "/confluence", {
        base_url: "http://127.0.0.1:9",
        email: "a@example.com",
        token: CONFLUENCE_TOKEN,
        space_key: "S",
      }),
    );
    await keep(owner("PUT", "/notification-settings", { routes: [emailRoute] }));
    await keep(
      owner("POST", "/register-policy", {
        policy_id: "p",
        rules: ["Approve when amount is at most 100.", "Deny when amount is over 500."],
      }),
    );
    const approved = (await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount: 1 } })).body;
    for (const amount of [300, 900]) await keep(agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount } }));

    // What is wrong, with secrets in it.
    const { key } = agent;
    for (const body of ["{", JSON.stringify({ tool_name: 7, tool_args: key }), JSON.stringify({ tool_name: "x".repeat(300) })]) {
      await keep(agent("POST", "/request-clearance", body));
    }
    await keep(agent("POST", "/consume-token", { token: `${approved.token}x` }));
    await keep(agent("POST", "/consume-token", { token: approved.token, tool_args: { amount: 2 } }));
    await keep(
      agent("POST", "/consume-token", { token: approved.token }).then(({ body: { claims, ...rest }, ...answer }) => ({
        ...answer,
        body: rest,
      })),
    );
    await keep(agent("POST", "/consume-token", { token: approved.token }));
    await keep(agent("GET", `/clearance-status/${key}`));
    await keep(agent("GET", `/ledger?cursor=${key}`));
    await keep(agent("GET", "/ledger?view=full"));
    await keep(owner("GET", "/notification-settings"));
    await keep(owner("GET", "/webhooks"));
    await keep(owner("GET", "/confluence"));
    await keep(owner("POST", "/slack/install", { code: "c".repeat(10), redirect_uri: "https://example.com/callback" }));
    await keep(owner("GET", "/.well-known/jwks.json"));
    await keep(owner("GET", "/openapi.json"));
    await keep(owner("GET", "/no/such/endpoint"));
    const revoked = await stack.addKey(clientId);
    await stack.controlPlane.run("update public.api_keys set revoked_at = now() where id = $1", [revoked.keyId]);
    await keep(revoked("GET", "/ledger"));
    // The judge away, mail and webhooks that do not arrive.
    const lame = await stack.addReplica({ log: stack.deps.log, environment: { VAULT_JUDGE_URL: "http://127.0.0.1:9" } });
    await keep(agent("POST", `${lame.url}/request-clearance`, { tool_name: "pay", tool_args: { amount: 2 } }));
    await until(
      async () => lines.filter((line) => line.includes("delivery.attempt_failed")).length,
      (count) => count > 1,
    );

    const secret = await stack.tenants.secret(clientId, ({ webhook_secrets, confluence_tokens }) =>
      Boolean(webhook_secrets && confluence_tokens),
    );
    const signingKey = (await readFile(join(stack.directory, "signing-key.pem"), "utf8")).split("\n")[1] ?? "";
    const canaries: Record<string, string> = {
      ...{ "the API key": agent.key, "the revoked key": revoked.key, "the token": approved.token, "the signing key": signingKey },
      ...{
        "the transport key": secret.transport_key ?? "",
        "the webhook's secret": webhook.secret,
        "Slack's secret": SLACK_SECRET,
      },
      ...{ "Confluence's token": CONFLUENCE_TOKEN, "the mail server's password": SMTP_PASSWORD },
      "Slack's signing secret": "canary-of-the-slack-signing-secret",
      "the judge's key": stack.deps.config.VAULT_JUDGE_API_KEY,
      "the JWT secret": stack.deps.config.SUPABASE_JWT_SECRET ?? "",
    };
    const places: Record<string, string> = {
      log: lines.join("\n"),
      "what was printed": printed.join("\n"),
      answers: answers.join("\n"),
      metrics: await stack.deps.metrics.registry.metrics(),
      "the control plane": await dump(stack.controlPlane),
      "the tenant's database": await dump(await stack.tenants.database(clientId)),
    };
    for (const [what, canary] of Object.entries(canaries)) {
      expect(canary.length).toBeGreaterThan(15);
      for (const [place, text] of Object.entries(places)) {
        expect([what, place, text.includes(canary)]).toEqual([what, place, false]);
        expect([what, place, text.includes(encodeURIComponent(canary))]).toEqual([what, place, false]);
      }
    }
    expect(lines.length).toBeGreaterThan(3);
    expect(places["the tenant's database"]).toContain("clearance.denied"); // the dump is one
  });
});

const emailRoute = { id: "mail", name: "mail", events: ["review.pending"], to: { emails: ["owner@example.com"] } };
