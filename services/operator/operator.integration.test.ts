import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "@ledgix/configuration/read";
import { PGLITE_TEMPLATE } from "@ledgix/local/test/control-plane-database";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { readTransportKey, transportKeyId } from "@ledgix/tenancy/content-seal";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { cachedSecrets } from "@ledgix/tenancy/secret-cache";
import { pgliteTenantDatabases, postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { directoryAnchor } from "@ledgix/vault/adapters/directory-anchor";
import { operatorConfig } from "@ledgix/vault/config";
import { prepareTenantDatabase } from "@ledgix/vault/database/prepare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { backUp } from "./backup.ts";
import { exportLedger } from "./export.ts";
import { fsck } from "./fsck.ts";
import type { Installation } from "./installation.ts";
import { listKeys, publishKey, retireKey, signWithKey } from "./keys.ts";
import { listLimits, setLimit } from "./limits.ts";
import { restore } from "./restore.ts";
import { changeDatabaseUrl, dropOldTransportKeys, rotateTransportKey } from "./secrets.ts";
import { createTenant, listTenants, migrateTenants, setSuspended } from "./tenants.ts";
import { verifyFile } from "./verify.ts";

const serverUrl = process.env.TEST_DATABASE_URL;
let stack: Stack;
let installation: Installation;
let clientId: string;
let agent: Caller & { key: string };
let owner: Caller;

beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  owner = await stack.addMember(clientId, "owner", "owner@example.com");
  installation = {
    controlPlane: stack.controlPlane,
    tenants: stack.tenants,
    databases: serverUrl
      ? postgresTenantDatabases({ provisionUrl: serverUrl, maxConnections: 2 })
      : pgliteTenantDatabases(join(stack.directory, "tenants"), PGLITE_TEMPLATE),
    secrets: cachedSecrets(fileSecrets(join(stack.directory, "secrets")), { ttlSeconds: 1 }),
    anchors: directoryAnchor(join(stack.directory, "anchors")),
    config: readConfig(operatorConfig, { DATABASE_URL: "postgres://unused", VAULT_TENANT_SECRET_CACHE_TTL_SECONDS: "1" }),
    environment: {},
    close: async () => {},
  };
});
afterAll(() => stack.close());

const auditRow = z.object({ action: z.string(), actor_email: z.string() });
const AUDIT = "select action, actor_email from public.audit_events where client_id = $1 order by id";
const folder = () => mkdtemp(join(tmpdir(), "ledgix-operator-"));
const pass = async (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Requests of every kind of end, and a checkpoint over them that is anchored. */
async function fill(): Promise<void> {
  await owner("POST", "/register-policy", {
    policy_id: "p",
    rules: ["Approve when amount is at most 100.", "Deny when amount is over 500."],
  });
  for (const amount of [1, 45, 300, 999]) {
    const { body } = await agent("POST", "/request-clearance", {
      tool_name: "pay",
      tool_args: { amount, note: 'a "é\u0000 \\ \n' },
    });
    if (body.token) await agent("POST", "/consume-token", { token: body.token });
  }
  await anchored();
}
const anchored = () =>
  until(
    async () => {
      const { entries } = (await owner("GET", "/ledger?limit=1")).body;
      const { checkpoints } = (await owner("GET", "/ledger/checkpoints?limit=1&strict=1")).body;
      return entries[0]?.leaf_index !== null && checkpoints[0]?.export_status;
    },
    (status) => status === "exported",
  );

describe("tenants", () => {
  it("are made with an owner who has an account, migrated, suspended and resumed, and the trail says by whom", async () => {
    await expect(createTenant(installation, { name: "Beta", owner: "nobody@example.com" })).rejects.toThrow("sign up first");
    const made = await createTenant(installation, { name: "Beta", owner: "owner@example.com" });
    expect(made).toMatchObject({ name: "Beta", status: "active", members: 1 });
    const applied: string[][] = [];
    await migrateTenants(installation, [made.id], (_, names) => applied.push(names));
    expect(applied).toEqual([[]]);
    expect(await fsck(installation, made.id)).toMatchObject({ isIntact: true }); // before its first entry
    expect(await setSuspended(installation, made.id, true)).toMatchObject({ status: "suspended" });
    expect(await setSuspended(installation, made.id, true)).toMatchObject({ status: "suspended" });
    expect(await setSuspended(installation, made.id, false)).toMatchObject({ status: "active" });
    expect((await listTenants(installation)).map(({ name }) => name)).toEqual(["Acme", "Beta"]);
    expect(await stack.controlPlane.rows(auditRow, AUDIT, [made.id])).toEqual(
      ["tenant.created", "tenant.suspended", "tenant.resumed"].map((action) => ({ action, actor_email: "operator" })),
    );
    await expect(setSuspended(installation, crypto.randomUUID(), true)).rejects.toThrow("There is no tenant");
  });

  it("that an operator stopped come back by an operator alone, also where an owner had stopped it or asked for its deletion", async () => {
    const made = await createTenant(installation, { name: "Held", owner: "owner@example.com" });
    const byOwner = (sql: string) =>
      stack.controlPlane.transaction(async (transaction) => {
        await transaction.run(
          "select set_config('request.jwt.claim.sub', (select id::text from auth.users where email = 'owner@example.com'), true)",
        );
        await transaction.run(`select public.${sql}`, [made.id]);
      });
    const held = /operator suspended this tenant/;
    for (const before of ["suspend_tenant($1)", "request_tenant_deletion($1, 'Held')"]) {
      await byOwner(before);
      await setSuspended(installation, made.id, true);
      for (const sql of ["resume_tenant($1)", "request_tenant_deletion($1, 'Held')"])
        await expect(byOwner(sql)).rejects.toThrow(held);
      await byOwner("suspend_tenant($1)"); // does not make it the owner's
      await expect(byOwner("resume_tenant($1)")).rejects.toThrow(held);
      const isLeaving = before.startsWith("request");
      expect((await setSuspended(installation, made.id, false)).status).toBe(isLeaving ? "suspended" : "active");
      if (isLeaving) await byOwner("resume_tenant($1)");
    }
    await byOwner("suspend_tenant($1)");
    await byOwner("resume_tenant($1)");
    expect((await listTenants(installation)).find(({ id }) => id === made.id)?.status).toBe("active");
    await stack.controlPlane.run("delete from public.clients where id = $1", [made.id]);
  });

  it("are not left half made", async () => {
    const before = await listTenants(installation);
    const tenants = { ...installation.tenants, provision: () => Promise.reject(new Error("no room")) };
    await expect(createTenant({ ...installation, tenants }, { name: "Gamma", owner: "owner@example.com" })).rejects.toThrow(
      "no room",
    );
    expect(await listTenants(installation)).toEqual(before);
  });

  it.runIf(serverUrl)("are given an empty database that answers, and no other tenant's", async () => {
    const before = await listTenants(installation);
    const gamma = { name: "Gamma", owner: "owner@example.com" };
    const { database_url: taken } = await stack.tenants.secret(clientId);
    await expect(createTenant(installation, { ...gamma, databaseUrl: taken })).rejects.toThrow("holds tables already");
    const nowhere = "postgres://nobody@127.0.0.1:9/none";
    await expect(createTenant(installation, { ...gamma, databaseUrl: nowhere })).rejects.toThrow("ECONNREFUSED");
    expect(await listTenants(installation)).toEqual(before);
  });
});

describe("limits", () => {
  it("are listed and set by their names, within their bounds", async () => {
    expect(await listLimits(installation)).toContainEqual({ name: "tenants_per_person", value: 5 });
    expect(await setLimit(installation, "tenants_per_person", "0")).toContainEqual({ name: "tenants_per_person", value: 0 });
    for (const wrong of ["-1", "1.5", "100001", "many", ""])
      await expect(setLimit(installation, "tenants_per_person", wrong)).rejects.toThrow("whole number from 0");
    await expect(setLimit(installation, "invitations_per_tenant_and_hour", "0")).rejects.toThrow("whole number from 1");
    await expect(setLimit(installation, "tenants", "5")).rejects.toThrow("There is no limit tenants.");
    await setLimit(installation, "tenants_per_person", "5");
  });
});

describe("signing keys", () => {
  const inJwks = async () => {
    await stack.deps.keys.refresh();
    const { keys } = (await agent("GET", "/.well-known/jwks.json")).body;
    return keys.map(({ kid }: { kid: string }) => kid);
  };

  it("are published before they sign, and stay in the JWKS after", async () => {
    const source = `file:${join(stack.directory, "second.pem")}`;
    await publishKey(installation, "vault-key-002", source, true);
    await expect(publishKey(installation, "vault-key-002", source, false)).rejects.toThrow("already");
    await expect(signWithKey(installation, "vault-key-002", false)).rejects.toThrow("Wait");
    await signWithKey(installation, "vault-key-002", true);
    await publishKey(installation, "vault-key-003", `file:${join(stack.directory, "third.pem")}`, true);
    await expect(retireKey(installation, "vault-key-002", null)).rejects.toThrow("Let another one sign first");
    await signWithKey(installation, "vault-key-003", true);
    await expect(signWithKey(installation, "vault-key-002", true)).rejects.toThrow("does not sign again");
    expect((await listKeys(installation)).map(({ kid, state }) => [kid, state])).toEqual([
      ["vault-key-003", "active"],
      ["vault-key-002", "retired"],
      ["vault-key-001", "retired"],
    ]);
    expect(await inJwks()).toEqual(["vault-key-003", "vault-key-002", "vault-key-001"]);
  });

  it("end by the JWKS at a date, the key of Vault's environment too, as where it was stolen", async () => {
    await retireKey(installation, "vault-key-001", "2026-01-01T00:00:00Z");
    expect(await inJwks()).toEqual(["vault-key-003", "vault-key-002"]);
  });
});

describe("a ledger", () => {
  it("is exported, and verified offline against its keys and anchors", async () => {
    await fill();
    const reader = await stack.addKey(clientId, { scopes: ["ledger:read"] });
    const file = join(await folder(), "export.jsonl");
    const lines: string[] = [];
    for await (const object of exportLedger({ url: stack.vault.url, apiKey: reader.key }))
      lines.push(`${JSON.stringify(object)}\n`);
    await writeFile(file, lines.join(""));
    const jwks = `${stack.vault.url}/.well-known/jwks.json`;
    const anchors = join(stack.directory, "anchors", clientId);
    const report = await verifyFile(file, { jwks, anchors });
    expect(report.checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "entries passed",
      "tree passed",
      "chain passed",
      "anchors passed",
    ]);
    await writeFile(file, lines.join("").replace('"amount":45', '"amount":46'));
    expect(await verifyFile(file, { jwks, anchors })).toMatchObject({ isIntact: false });
    await expect(verifyFile(join(stack.directory, "none"), {})).rejects.toThrow("cannot be read");
  });

  it("is in order where it is stored, and fsck finds each thing that is changed there", async () => {
    const failing = async () => {
      const report = await fsck(installation, clientId);
      return report.checks.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
    };
    expect(await failing()).toEqual([]);
    const database = await stack.tenants.database(clientId);
    const breakAndMend = async (broken: string, mended: string) => {
      await database.script(broken);
      const found = await failing();
      await database.script(mended);
      return found;
    };
    const last = "(select max(checkpoint_id) from ledger_checkpoints)";
    expect(
      await breakAndMend(
        "update ledger_events set sealed_content = set_byte(sealed_content, 20, get_byte(sealed_content, 20) # 1) where seq = 2",
        "update ledger_events set sealed_content = set_byte(sealed_content, 20, get_byte(sealed_content, 20) # 1) where seq = 2",
      ),
    ).toEqual(["content"]);
    expect(
      await breakAndMend(
        "update ledger_tiles set hashes = set_byte(hashes, 33, get_byte(hashes, 33) # 1) where level = 0",
        "update ledger_tiles set hashes = set_byte(hashes, 33, get_byte(hashes, 33) # 1) where level = 0",
      ),
    ).toEqual(["tiles"]);
    expect(
      await breakAndMend(
        `create table kept as select * from ledger_checkpoints where checkpoint_id = ${last};
         update ledger_checkpoints set root_hash = repeat('a', 64) where checkpoint_id = ${last}`,
        `update ledger_checkpoints c set root_hash = kept.root_hash from kept where kept.checkpoint_id = c.checkpoint_id; drop table kept`,
      ),
    ).toEqual(["tree", "chain"]);
    expect(
      await breakAndMend(
        "update clearance_requests set status = 'approved' where status = 'denied'",
        "update clearance_requests set status = 'denied' where reason like 'Your rule denies%'",
      ),
    ).toEqual(["requests"]);
    expect(await failing()).toEqual([]);
  });

  it("is backed up and restored, and the restored log is proven to be the anchored one", async () => {
    await anchored();
    const to = join(await folder(), "backup");
    const made = await backUp(installation, clientId, to, () => {});
    expect(made.tables.find(({ name }) => name === "ledger_events")?.rows).toBeGreaterThan(4);
    await expect(backUp(installation, clientId, to, () => {})).rejects.toThrow("not empty");
    await expect(restore(installation, clientId, to)).rejects.toThrow("already holds requests");

    const other = crypto.randomUUID();
    const databaseUrl = await installation.databases.provision(other);
    const restored = await restore(installation, clientId, to, { databaseUrl });
    expect(restored).toMatchObject({ missing: 0, compared: restored.checkpoints });
    await pass(1100); // the secret's time in the cache: from here on Vault works on the restored database
    expect((await fsck(installation, clientId)).checks.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    const { body } = await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount: 7 } });
    expect(body.status).toBe("approved");
    await anchored();
    expect(await fsck(installation, clientId)).toMatchObject({ isIntact: true });

    // Now that backup is older than the anchors: a prefix, which must not go on.
    const late = await installation.databases.provision(crypto.randomUUID());
    expect((await restore(installation, clientId, to, { databaseUrl: late })).missing).toBeGreaterThan(0);
    await pass(1100);
    expect(await fsck(installation, clientId)).toMatchObject({ isIntact: true }); // the secret still names the newer one
  });

  it("is not restored from a backup that was changed, or of another log", async () => {
    const to = join(await folder(), "backup");
    await backUp(installation, clientId, to, () => {});
    const manifest = JSON.parse(await readFile(join(to, "backup.json"), "utf8"));
    const into = async () => ({ databaseUrl: await installation.databases.provision(crypto.randomUUID()) });
    manifest.tables.find(({ name }: { name: string }) => name === "ledger_events").sha256 = "0".repeat(64);
    await writeFile(join(to, "backup.json"), JSON.stringify(manifest));
    await expect(restore(installation, clientId, to, await into())).rejects.toThrow("is not what the backup says");
    const other = await stack.addTenant("Other");
    await expect(restore(installation, other, to)).rejects.toThrow("is of tenant");
  });
});

describe("secrets", () => {
  it("a transport key is rotated, and the old one goes when nothing is under it", async () => {
    const before = (await stack.tenants.secret(clientId)).transport_key ?? "";
    const { keyId } = await rotateTransportKey(installation, clientId);
    await expect(dropOldTransportKeys(installation, clientId)).rejects.toThrow("may seal with the old key");
    await until(
      async () => (await owner("GET", "/ledger/encrypted?limit=500")).body.entries,
      (entries) => entries.every(({ encrypted }: { encrypted: { key_id: string } }) => encrypted.key_id === keyId),
    );
    expect(
      await until(
        () => dropOldTransportKeys(installation, clientId).catch(() => 0),
        (dropped) => dropped > 0,
      ),
    ).toBe(1);
    const secret = await stack.tenants.secret(clientId);
    expect(transportKeyId(readTransportKey(secret.transport_key ?? ""))).toBe(keyId);
    expect(JSON.stringify(secret)).not.toContain(before);
    expect(await fsck(installation, clientId)).toMatchObject({ isIntact: true });
  });

  it("a DSN is changed only to the same log", async () => {
    const others = await installation.databases.provision(await stack.addTenant("Empty"));
    await expect(changeDatabaseUrl(installation, clientId, others)).rejects.toThrow("not this tenant's");
    const unused = await installation.databases.provision(crypto.randomUUID());
    await expect(changeDatabaseUrl(installation, clientId, unused)).rejects.toThrow("not this tenant's");
    const database = await installation.databases.open(unused);
    await prepareTenantDatabase(database, clientId);
    await database.close();
    await expect(changeDatabaseUrl(installation, clientId, unused)).rejects.toThrow("holds another log");
  });
});
