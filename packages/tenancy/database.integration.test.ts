import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Database, isOutage, sqlState } from "./database.ts";
import { fileSecrets } from "./file-secrets.ts";
import { migrate } from "./migrate.ts";
import { openPglite } from "./pglite.ts";
import { openPostgres } from "./postgres.ts";
import type { TlsMode } from "./tls-mode.ts";

const serverUrl = process.env.TEST_DATABASE_URL;
let database: Database;
let drop = async () => {};

beforeAll(async () => {
  if (!serverUrl) {
    database = await openPglite();
    return;
  }
  const name = `ledgix_seam_${randomBytes(6).toString("hex")}`;
  const server = openPostgres(serverUrl, { maxConnections: 1 });
  await server.run(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  database = openPostgres(url.toString(), { maxConnections: 5 });
  drop = async () => {
    await server.run(`drop database ${name} with (force)`);
    await server.close();
  };
});
afterAll(async () => {
  await database.close();
  await drop();
});

// One suite for both adapters of the seam: `npm test` runs it on PGlite, `npm run test:services` on PostgreSQL.
describe("a database", () => {
  it("keeps any text, with a mark in place of what no database can store", async () => {
    const row = await database.row(
      z.object({ text: z.string(), texts: z.array(z.string()), json: z.unknown() }),
      "select $1::text as text, $2::text[] as texts, $3::json as json",
      ["a\u0000b", ["\ud800", "\u0000", "😀"], JSON.stringify({ "\u0000": "\u0000" })],
    );
    expect(row).toEqual({ text: "a\ufffdb", texts: ["\ufffd", "\ufffd", "😀"], json: { "\u0000": "\u0000" } });
  });

  it("binds and reads every kind of value alike", async () => {
    const at = new Date("2026-03-15T12:00:00.123Z");
    const row = await database.row(
      z.object({
        text: z.string(),
        whole: z.number(),
        real: z.number(),
        flag: z.boolean(),
        at: z.date(),
        bytes: z.instanceof(Uint8Array),
        texts: z.array(z.string()),
        json: z.unknown(),
        nothing: z.null(),
        blobs: z.array(z.instanceof(Uint8Array)),
      }),
      `select $1::text as text, $2::bigint as whole, $3::double precision as real, $4::boolean as flag, $5::timestamptz as at,
         $6::bytea as bytes, $7::text[] as texts, $8::json as json, $9::text as nothing, $10::bytea[] as blobs`,
      [
        "é\"'\\",
        4_294_967_296,
        0.1,
        true,
        at,
        Uint8Array.of(0, 255),
        ['a"b', "c,d", ""],
        '{"b":1,"a":"\\u0000"}',
        null,
        [Uint8Array.of(1, 2)],
      ],
    );
    expect(row).toMatchObject({
      text: "é\"'\\",
      whole: 4_294_967_296,
      real: 0.1,
      flag: true,
      at,
      texts: ['a"b', "c,d", ""],
      nothing: null,
    });
    expect([...(row?.bytes ?? [])]).toEqual([0, 255]);
    expect([...(row?.blobs[0] ?? [])]).toEqual([1, 2]);
    expect(JSON.stringify(row?.json)).toBe('{"b":1,"a":"\\u0000"}');
  });

  it("commits a transaction whole, or not at all", async () => {
    await database.script("create table account (name text primary key, balance integer not null)");
    await database.transaction((transaction) => transaction.run("insert into account values ('a', 1), ('b', 2)"));
    const failing = database.transaction(async (transaction) => {
      await transaction.run("update account set balance = 9");
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const rows = await database.rows(z.object({ balance: z.number() }), "select balance from account order by name");
    expect(rows).toEqual([{ balance: 1 }, { balance: 2 }]);
    expect(await database.run("delete from account")).toBe(2);
  });

  it.runIf(serverUrl)("loses a connection in the middle of a transaction, and nothing else", async () => {
    const pid = z.object({ pid: z.number() });
    const lost = database.transaction(async (transaction) => {
      const own = await transaction.row(pid, "select pg_backend_pid() as pid");
      await database.run("select pg_terminate_backend($1)", [own?.pid ?? 0]);
      await new Promise((resolve) => setTimeout(resolve, 200)); // nobody asks it anything while it goes
      await transaction.run("select 1");
    });
    await expect(lost).rejects.toThrow();
    expect(await database.row(pid, "select 1 as pid")).toEqual({ pid: 1 });
  });

  it("answers a statement that comes often alike, also after the table grew by a migration", async () => {
    await database.script("create table often (id integer primary key, note text); insert into often values (1, 'a'), (2, 'b')");
    const often = (id: number) => database.row(z.object({ note: z.string() }), "select note from often where id = $1", [id]);
    for (let i = 0; i < 120; i++) expect(await often(1 + (i % 2))).toEqual({ note: i % 2 === 0 ? "a" : "b" });
    await database.script("alter table often add column more text; create index on often (note)");
    for (let i = 0; i < 20; i++) expect(await often(2)).toEqual({ note: "b" });
  });

  it("tells a refused statement from an outage", async () => {
    await database.script("create table single (id integer primary key); insert into single values (1)");
    const refused = await database.run("insert into single values (1)").catch((error: unknown) => error);
    expect([sqlState(refused), isOutage(refused)]).toEqual(["23505", false]);
    const unreachable = openPostgres("postgres://nobody@127.0.0.1:9/none", { maxConnections: 1 });
    expect(isOutage(await unreachable.run("select 1").catch((error: unknown) => error))).toBe(true);
  });

  it.runIf(serverUrl)(
    "speaks TLS as the DSN or else the mode says, and takes a certificate that does not verify for an outage",
    async () => {
      const plain = new URL(serverUrl ?? "");
      plain.search = "";
      const isEncrypted = async (mode: TlsMode | undefined, tlsMode?: TlsMode) => {
        const url = new URL(plain);
        if (mode !== undefined) url.searchParams.set("sslmode", mode);
        const server = openPostgres(url.toString(), { maxConnections: 1, ...(tlsMode && { tlsMode }) });
        const row = z.object({ ssl: z.boolean() });
        return server.row(row, "select ssl from pg_stat_ssl where pid = pg_backend_pid()").finally(() => server.close());
      };
      expect(await isEncrypted("require")).toEqual({ ssl: true });
      expect(await isEncrypted(undefined, "require")).toEqual({ ssl: true });
      expect(await isEncrypted("disable", "require")).toEqual({ ssl: false });
      for (const [mode, tlsMode] of [["verify-full"], [undefined, "verify-full"]] as const)
        expect(isOutage(await isEncrypted(mode, tlsMode).catch((error: unknown) => error))).toBe(true);
    },
  );

  it.runIf(serverUrl)("goes on listening after its connection was ended, and says that something may be missed", async () => {
    const heard: (string | null)[] = [];
    const stop = await database.listen("news", (payload) => heard.push(payload));
    await database.run(
      "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen \"news\"' and datname = current_database()",
    );
    for (let i = 0; heard.length < 1 && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    await database.run("select pg_notify('news', 'after')");
    for (let i = 0; heard.length < 2 && i < 100; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    await stop();
    expect(heard).toEqual([null, "after"]);
  });

  it("migrates once, also when two replicas open it at the same time", async () => {
    const directory = join(import.meta.dirname, "../../services/vault/database/migrations");
    const applied = await Promise.all([migrate(database, directory), migrate(database, directory)]);
    const migrations = (await readdir(directory)).sort();
    expect(applied.toSorted((a, b) => a.length - b.length)).toEqual([[], migrations]);
    expect(await migrate(database, directory)).toEqual([]);
    const row = await database.row(z.object({ distance: z.number() }), "select '[1,0]'::vector <=> '[0,1]'::vector as distance");
    expect(row?.distance).toBe(1);
  });
});

describe("secrets as files", () => {
  it("are kept once, for their owner alone, and never outside their directory", async () => {
    const directory = await mkdtemp(join(tmpdir(), "ledgix-secrets-"));
    const secrets = fileSecrets(directory);
    const secret = (database_url: string) => ({ database_url, transport_key: "k" });
    expect(await secrets.read("tenants/a")).toBeNull();
    const kept = await Promise.all(["one", "two", "three"].map((url) => secrets.create("tenants/a", secret(url))));
    expect(new Set(kept.map((each) => each.database_url)).size).toBe(1);
    expect(await secrets.read("tenants/a")).toEqual(kept[0]);
    expect((await stat(join(directory, "tenants/a.json"))).mode & 0o777).toBe(0o600);
    await expect(secrets.read("../outside")).rejects.toThrow(RangeError);
    await rm(directory, { recursive: true });
  });
});
