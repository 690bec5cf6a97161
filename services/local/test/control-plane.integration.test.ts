import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@ledgix/tenancy/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type ControlPlane, openControlPlane } from "../control-plane.ts";
import { openControlPlaneForTests } from "./control-plane-database.ts";

/** Who may do what with tables, columns, sequences, functions and schemas of ours. */
const PRIVILEGES = `
  select * from (
    select c.oid::regclass::text || ' ' || coalesce(c.relacl::text, '') as it from pg_class c
    where c.relkind in ('r', 'v', 'S') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    union all
    select a.attrelid::regclass::text || '.' || a.attname || ' ' || a.attacl::text from pg_attribute a where a.attacl is not null
      and a.attrelid::regclass::text !~ '^(pg_|information_schema)'
    union all
    select p.oid::regprocedure::text || ' ' || coalesce(p.proacl::text, '') from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all
    select nspname || ' ' || coalesce(nspacl::text, '') from pg_namespace where nspname in ('private', 'auth')
  ) as privileges order by 1`;

// The embedded default is on PGlite alone.
describe.skipIf(process.env.TEST_DATABASE_URL)("the embedded control plane", () => {
  let directory: string;
  let controlPlane: ControlPlane | undefined;
  const jwtSecret = randomBytes(48).toString("base64url");
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ledgix-embedded-"));
  });
  afterAll(async () => {
    await controlPlane?.close();
    await rm(directory, { recursive: true });
  });

  const open = () =>
    openControlPlane({
      directory: join(directory, "embedded"),
      jwtSecret,
      publishableKey: "sb_publishable_test",
      siteUrl: "http://localhost:3000",
      email: { send: async () => {} },
    });
  const get = ({ fetch }: ControlPlane, path: string, headers: Record<string, string> = {}) =>
    fetch(new Request(`http://control-plane.test${path}`, { headers: { apikey: "sb_publishable_test", ...headers } }));
  const privileges = async (database: Database) =>
    (await database.rows(z.object({ it: z.string() }), PRIVILEGES)).map(({ it }) => it);

  it("grants what the migrations grant and nothing more, after requests and after each restart", async () => {
    const { database } = await openControlPlaneForTests(directory);
    const wanted = await privileges(database);
    await database.close();
    for (let start = 0; start < 3; start++) {
      const controlPlane = await open();
      expect((await get(controlPlane, "/rest/v1/clients")).status).toBe(401);
      expect(await privileges(controlPlane.database)).toEqual(wanted);
      await controlPlane.close();
    }
  });

  it("offers no schema but public, by whichever name it is asked for", async () => {
    const controlPlane = await open();
    const schemas = ["private", "auth", "supabase_migrations", "pg_catalog", "information_schema", "PRIVATE", '"private"'];
    const attempts = schemas.flatMap((schema) => [
      get(controlPlane, "/rest/v1/api_key_hashes", { "accept-profile": schema }),
      get(controlPlane, "/rest/v1/rpc/role_in?client=x", { "accept-profile": schema }),
      get(controlPlane, `/rest/v1/${encodeURIComponent(`${schema}.api_key_hashes`)}`),
      get(controlPlane, `/rest/v1/api_keys?select=*,${encodeURIComponent(`${schema}.api_key_hashes(*)`)}`),
      get(controlPlane, "/rest/v1/api_keys?select=*,api_key_hashes(*)", { "accept-profile": "public" }),
    ]);
    for (const answer of await Promise.all(attempts)) expect(answer.status).toBeGreaterThanOrEqual(400);
    await controlPlane.close();
  });

  it.each([
    ...["introspect", "config", "info", "ping"].flatMap((name) => [
      `/_system/${name}`,
      `//_system/${name}`,
      `/%5fsystem/${name}`,
      `/auth/v1/../../_system/${name}`,
      `/rest/v1/%2e%2e/%2e%2e/_system/${name}`,
      `/rest/v1/..%2f..%2f_system/${name}`,
    ]),
    "/storage/v1/bucket",
    "/graphql/v1",
    "/auth/v1/admin/users",
    "/",
  ])("does not tell what it is made of: %s", async (path) => {
    controlPlane ??= await open();
    expect((await get(controlPlane, path)).status).toBeGreaterThanOrEqual(400);
  });
});
