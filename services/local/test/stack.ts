import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { readConfig } from "@ledgix/configuration/read";
import { createApiKey, hashApiKey } from "@ledgix/contract/api-key";
import type { Environment } from "@ledgix/contract/environment";
import { defaultScopes, type Role, type Scope } from "@ledgix/contract/permissions";
import { localEmbedding } from "@ledgix/judge/adapters/local-embedding";
import { createJudge } from "@ledgix/judge/app";
import { openModelJudge, openVectors } from "@ledgix/judge/compose";
import { judgeConfig } from "@ledgix/judge/config";
import type { Database } from "@ledgix/tenancy/database";
import { openTenantDirectory, type TenantDirectory } from "@ledgix/tenancy/directory";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { cachedSecrets } from "@ledgix/tenancy/secret-cache";
import { pgliteTenantDatabases, postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { directoryAnchor } from "@ledgix/vault/adapters/directory-anchor";
import { createVault } from "@ledgix/vault/app";
import { composeVault } from "@ledgix/vault/compose";
import { vaultConfig } from "@ledgix/vault/config";
import { prepareTenantDatabase } from "@ledgix/vault/database/prepare";
import type { VaultDependencies } from "@ledgix/vault/dependencies";
import { silentLog } from "@ledgix/vault/log";
import { startBackgroundWork } from "@ledgix/vault/loop";
import { SignJWT } from "jose";
import { dropDatabase, openControlPlaneForTests, PGLITE_TEMPLATE } from "./control-plane-database.ts";

/**
 * Vault and the judge over real HTTP, for integration suites: on PGlite, or on the PostgreSQL server that TEST_DATABASE_URL names.
 * Members' tokens are signed as Supabase signs them.
 */
export type Stack = {
  databaseKind: "PGlite" | "PostgreSQL";
  tenants: TenantDirectory;
  controlPlane: Database;
  deps: VaultDependencies;
  /** Makes a tenant with an owner and its database. */
  addTenant(name?: string): Promise<string>;
  addMember(clientId: string, role: Role, email?: string): Promise<Caller>;
  addKey(clientId: string, options?: KeyOptions): Promise<Caller & { key: string; keyId: string }>;
  /** Another Vault on the same databases; on PostgreSQL with connections of its own. */
  addReplica(overrides?: ReplicaOptions): Promise<Replica>;
  vault: Replica;
  /** Another judge; a replica uses it by `VAULT_JUDGE_URL`. @returns its address */
  addJudge(environment?: Record<string, string>): Promise<string>;
  directory: string;
  /** The control plane's database on the server; "" on PGlite. */
  controlPlaneName: string;
  close(): Promise<void>;
};
const localJudge = { EMBEDDING_MODEL: "local", EVAL_MODEL: "local", DATABASE_URL: "postgres://unused" };

export type KeyOptions = { scopes?: readonly Scope[]; environment?: Environment; name?: string; expiresAt?: Date };
// biome-ignore lint/suspicious/noExplicitAny: the answer of any endpoint; the suites' assertions look into it
export type Answer = { status: number; body: any; headers: Headers };
/** Calls Vault as somebody. */
export type Caller = {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Opens an answer that goes on, such as the event stream. */
  stream(path: string, signal: AbortSignal, headers?: Record<string, string>): Promise<AsyncIterable<Uint8Array>>;
};
export type Replica = { url: string; deps: VaultDependencies; close(): Promise<void> };
export type ReplicaOptions = Partial<Pick<VaultDependencies, "judge" | "keys" | "log" | "rateLimit">> & {
  environment?: Record<string, string>;
};

export async function startStack({ environment: givenEnvironment = {}, ...given }: ReplicaOptions = {}): Promise<Stack> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  const directory = await mkdtemp(join(tmpdir(), "ledgix-test-"));
  const jwtSecret = randomBytes(48).toString("base64url");
  const judgeApiKey = randomBytes(24).toString("base64url");
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];

  const { database: controlPlane, name: controlPlaneName } = await openControlPlaneForTests(directory);
  cleanUp.push(() => controlPlane.close());
  const openTenants = () => {
    const tenants = openTenantDirectory({
      controlPlane,
      secrets: cachedSecrets(fileSecrets(join(directory, "secrets")), {
        ttlSeconds: Number(givenEnvironment.VAULT_TENANT_SECRET_CACHE_TTL_SECONDS ?? 1),
      }),
      databases: serverUrl
        ? postgresTenantDatabases({ provisionUrl: serverUrl, maxConnections: 10 })
        : pgliteTenantDatabases(join(directory, "tenants"), PGLITE_TEMPLATE),
      prepare: prepareTenantDatabase,
    });
    cleanUp.push(() => tenants.close());
    return tenants;
  };
  const tenants = openTenants();
  const local = localEmbedding();
  /** A judge on these tenants, local unless the environment names models. */
  async function addJudge(environment: Record<string, string> = {}): Promise<string> {
    const models = judgeConfig.parse({ ...localJudge, JUDGE_API_KEY: judgeApiKey, ...environment });
    const vectors = await openVectors(models, environment, local);
    cleanUp.push(() => vectors.close());
    const model = await openModelJudge(models, environment, tenants);
    const { fetch } = createJudge({ apiKey: judgeApiKey, tenants, vectors, model, onError: () => {} });
    return (await listenAnywhere(fetch, cleanUp)).url;
  }
  const judge = { url: await addJudge() };
  const provisioned: string[] = [];

  async function addReplica({ environment = {}, ...overrides }: ReplicaOptions = {}): Promise<Replica> {
    const config = readConfig(vaultConfig, {
      VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: "1",
      VAULT_RATE_LIMIT_RPS: "0",
      SUPABASE_JWT_SECRET: jwtSecret,
      VAULT_JUDGE_URL: judge.url,
      VAULT_JUDGE_API_KEY: judgeApiKey,
      ...givenEnvironment,
      ...environment,
    });
    const composed = await composeVault(config, {
      controlPlane,
      tenants: serverUrl ? openTenants() : tenants,
      anchors: directoryAnchor(join(directory, "anchors")),
      log: silentLog,
      environment: process.env,
      signingKeyFile: join(directory, "signing-key.pem"),
    });
    const deps: VaultDependencies = { ...composed, ...given, ...overrides };
    const work = startBackgroundWork(deps);
    const own: (() => Promise<unknown>)[] = [];
    const { url } = await listenAnywhere(createVault(deps).fetch, own);
    let isClosed = false;
    const close = async () => {
      if (isClosed) return;
      isClosed = true;
      for (const step of own) await step();
      await work.stop();
    };
    cleanUp.push(close);
    return { url, deps, close };
  }
  const vault = await addReplica();

  function callAs(identity: Record<string, string>): Caller {
    const call = async (method: string, path: string, body?: unknown, extra: Record<string, string> = {}): Promise<Answer> => {
      const isForm = body instanceof FormData;
      const response = await fetch(path.startsWith("http") ? path : vault.url + path, {
        method,
        headers: { ...(body !== undefined && !isForm && { "content-type": "application/json" }), ...identity, ...extra },
        ...(body !== undefined && { body: isForm || typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json");
      return { status: response.status, body: text === "" ? null : isJson ? JSON.parse(text) : text, headers: response.headers };
    };
    const stream: Caller["stream"] = async (path, signal, extra = {}) => {
      const response = await fetch(path.startsWith("http") ? path : vault.url + path, {
        headers: { ...identity, ...extra },
        signal,
      });
      if (response.body === null) throw new Error("The answer has no body.");
      return response.body;
    };
    return Object.assign(call, { stream });
  }

  async function addUser(email: string): Promise<string> {
    const id = crypto.randomUUID();
    await controlPlane.run("insert into auth.users (id, email) values ($1, $2)", [id, email]);
    return id;
  }

  return {
    databaseKind: serverUrl ? "PostgreSQL" : "PGlite",
    tenants,
    controlPlane,
    deps: vault.deps,
    vault,
    addJudge,
    directory,
    controlPlaneName,
    addReplica,
    async addTenant(name = "Acme") {
      const id = crypto.randomUUID();
      await controlPlane.run("insert into public.clients (id, name) values ($1, $2)", [id, name]);
      await tenants.provision(id);
      provisioned.push(id);
      if (serverUrl) cleanUp.unshift(() => dropDatabase(serverUrl, `ledgix_${id.replaceAll("-", "")}`));
      return id;
    },
    async addMember(clientId, role, email = `${role}-${crypto.randomUUID().slice(0, 8)}@example.com`) {
      const userId = await addUser(email);
      await controlPlane.run("insert into public.memberships (client_id, user_id, email, role) values ($1, $2, $3, $4)", [
        clientId,
        userId,
        email,
        role,
      ]);
      const sessionId = crypto.randomUUID();
      await controlPlane.run("insert into auth.sessions (id, user_id) values ($1, $2)", [sessionId, userId]);
      const token = await new SignJWT({ email, role: "authenticated", session_id: sessionId })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(new TextEncoder().encode(jwtSecret));
      return callAs({ authorization: `Bearer ${token}`, "x-ledgix-client": clientId });
    },
    async addKey(
      clientId,
      { scopes = defaultScopes, environment = "development", name = "test-key", expiresAt }: KeyOptions = {},
    ) {
      const key = createApiKey(environment, randomBytes(32));
      const keyId = crypto.randomUUID();
      await controlPlane.run(
        `with made as (
           insert into public.api_keys (id, client_id, name, environment, scopes, prefix, expires_at)
           values ($1, $2, $3, $4, $5, $6, $8) returning id
         )
         insert into private.api_key_hashes (key_id, hash) select id, $7 from made`,
        [keyId, clientId, name, environment, [...scopes], key.slice(0, 20), hashApiKey(key), expiresAt ?? null],
      );
      return Object.assign(callAs({ "x-vault-api-key": key }), { key, keyId });
    },
    async close() {
      for (const step of cleanUp.reverse()) await step();
    },
  };
}

async function listenAnywhere(fetch: (request: Request) => Response | Promise<Response>, cleanUp: (() => Promise<unknown>)[]) {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  cleanUp.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  );
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}` };
}

/** Asks for clearance, and waits for the decision where a busy machine takes longer. @returns the answer's body */
export async function clearanceOf(caller: Caller, call: object): Promise<Answer["body"]> {
  const { body } = await caller("POST", "/request-clearance", call);
  if (body.status !== "processing") return body;
  return (await caller("GET", `/clearance-status/${body.request_id}?wait=30`)).body;
}

/** Asks until an answer satisfies, for what happens in the background. */
export async function until<Value>(ask: () => Promise<Value>, isEnough: (value: Value) => boolean): Promise<Value> {
  for (let tries = 0; ; tries++) {
    const value = await ask();
    if (isEnough(value)) return value;
    if (tries > 200) throw new Error(`Waited in vain; the last answer was ${JSON.stringify(value).slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
