import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Database } from "@ledgix/tenancy/database";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

const serverUrl = process.env.TEST_DATABASE_URL;
const password = randomBytes(12).toString("hex");

// As Secrets Manager rotates with alternating users: the secret names the other login, and the first is shut out. Vault remembers secrets
// for an hour here, so that only a refused login makes it read one again.
describe.runIf(serverUrl)("a tenant's login that was rotated", () => {
  const [first = "", second = ""] = ["a", "b"].map((name) => `ledgix_${name}_${randomBytes(4).toString("hex")}`);
  let stack: Stack;
  let server: Database;
  let clientId: string;
  let agent: Caller;
  let owner: Caller;
  let url: string;

  beforeAll(async () => {
    server = openPostgres(serverUrl ?? "", { maxConnections: 1 });
    for (const login of [first, second]) await server.run(`create role ${login} superuser login password '${password}'`);
    stack = await startStack({ environment: { VAULT_TENANT_SECRET_CACHE_TTL_SECONDS: "3600" } });
    clientId = await stack.addTenant();
    await stack.tenants.changeSecret(clientId, (secret) => ({ ...secret, database_url: as(first, secret.database_url) }));
    agent = await stack.addKey(clientId);
    owner = await stack.addMember(clientId, "owner");
    url = (await stack.addReplica()).url;
    await stack.vault.close(); // it knows the DSN from before
  });
  afterAll(async () => {
    await stack.close();
    for (const login of [first, second]) await server.run(`drop role ${login}`);
    await server.close();
  });

  function as(login: string, databaseUrl: string): string {
    const changed = new URL(databaseUrl);
    changed.username = login;
    changed.password = password;
    return changed.toString();
  }
  const ask = (amount: number) => agent("POST", `${url}/request-clearance`, { tool_name: "pay", tool_args: { amount } });

  it("is read from its secret again without a restart, and nobody who listens goes deaf", async () => {
    const heard = await listenTo(owner, `${url}/reviews/stream`);
    const { request_id } = (await ask(1)).body;
    await until(
      async () => heard.text(),
      (text) => text.includes(request_id),
    );

    await server.run(`alter role ${first} nologin`);
    await server.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [first]);
    const refused = await until(
      () => ask(2),
      ({ status }) => status !== 200,
    );
    expect([refused.status, refused.body.code]).toEqual([503, "tenant_unavailable"]);

    const elsewhere = fileSecrets(join(stack.directory, "secrets"));
    const secret = await elsewhere.read(`tenants/${clientId}`);
    if (secret === null) throw new Error("The tenant has no secret.");
    await elsewhere.replace(`tenants/${clientId}`, { ...secret, database_url: as(second, secret.database_url) });

    const { body } = await until(
      () => ask(3),
      ({ status }) => status === 200,
    );
    expect(body.status).toBe("pending_review");
    // The stream ends, and its reader comes again after the last event that it saw. Until then the notifier alone listens.
    await heard.ended;
    await until(
      () => server.rows(z.object({ pid: z.number() }), LISTENING, [second]),
      (listening) => listening.length === 1,
    );
    const again = await listenTo(owner, `${url}/reviews/stream`, heard.lastId());
    await until(
      async () => again.text(),
      (text) => text.includes(body.request_id),
    );
    again.close();
  });
});

const LISTENING = "select pid from pg_stat_activity where usename = $1 and query like 'listen %'";

/** Reads a stream of server-sent events until it ends. */
async function listenTo(caller: Caller, address: string, lastEventId = "") {
  const abort = new AbortController();
  const response = await caller.stream(address, abort.signal, lastEventId ? { "last-event-id": lastEventId } : {});
  let text = "";
  const ended = (async () => {
    for await (const chunk of response) text += Buffer.from(chunk).toString();
  })().catch(() => {});
  return {
    ended,
    text: () => text,
    lastId: () => [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? "",
    close: () => abort.abort(),
  };
}
