import { readdir, readFile } from "node:fs/promises";
import type { Database } from "@ledgix/tenancy/database";
import { durableOptions } from "@ledgix/tenancy/durable-files";
import { holdDirectory } from "@ledgix/tenancy/hold-directory";
import { wrapPglite } from "@ledgix/tenancy/pglite";
import { App, appliedVersions, type EmailDriver, ensureHistoryTable, recordVersion } from "@supabase/lite";
import { createPgliteConnection } from "@supabase/lite/pglite";
import { signInDoor } from "./sign-in/door.ts";
import { resetMail } from "./sign-in/reset-mail.ts";

export type ControlPlane = {
  database: Database;
  /** Supabase's HTTP API: auth and the Data API. `address` is the caller's; callers without one are counted together. */
  fetch: (request: Request, address?: string) => Promise<Response>;
  close(): Promise<void>;
};

const SUPABASE_DIRECTORY = new URL("../../supabase/", import.meta.url);

/** SQLSTATEs by which our functions refuse, and say why in a sentence. */
const REFUSAL = /^(PT\d{3}|42501|23505)$/;

/** Supabase Lite prints each database error whole, parameters included. A refusal is an answer, and its parameters are nobody's to print. */
function keepRefusalsOut(): void {
  const print = console.error;
  console.error = (...values: unknown[]) => {
    const [error] = values;
    if (error instanceof Error && "code" in error && REFUSAL.test(String(error.code))) return;
    print(...values);
  };
}

/** Supabase Lite on PGlite, with the migrations of `supabase/`. Vault reads the same database directly. */
export async function openControlPlane(options: {
  directory: string;
  jwtSecret: string;
  publishableKey: string;
  siteUrl: string;
  email: EmailDriver;
}): Promise<ControlPlane> {
  process.env.LITE_TELEMETRY = "0";
  keepRefusalsOut();
  const letGo = await holdDirectory(options.directory);
  const connection = await createPgliteConnection({ pgliteOptions: await durableOptions(options.directory) });
  // At its first request Supabase Lite would grant all of each table to everybody, `anon` included. Told that it has, it leaves what the
  // migrations grant, as hosted Supabase does.
  Reflect.set(connection, "rlsState", "active");
  const app = new App({
    connection,
    auth: {
      enabled: true,
      jwt_secret: options.jwtSecret,
      jwt_expiry: 3600,
      site_url: options.siteUrl,
      publishable_key: options.publishableKey,
      minimum_password_length: 10,
      email: { otp_length: 8, otp_expiry: 3600 },
    },
    options: { drivers: { email: resetMail(options.email, options.siteUrl) }, server: { admin: false, disableStudio: true } },
  });
  await app.init();
  await app.ensureSystemSchema();
  const database = wrapPglite(connection.driver);
  await database.script(await readFile(new URL("prelude.sql", SUPABASE_DIRECTORY), "utf8"));
  await ensureHistoryTable(connection);
  const applied = await appliedVersions(connection);
  for (const { version, name, sql } of await readMigrations()) {
    if (applied.includes(version)) continue;
    await database.transaction((transaction) => transaction.script(sql));
    await recordVersion(connection, { version, name, statements: [sql] });
  }
  const door = signInDoor({
    database,
    secret: options.jwtSecret,
    publishableKey: options.publishableKey,
    lite: async (request) => app.fetch(request, { peerAddress: null }),
  });
  return {
    database,
    fetch: (request, address = "") => door(request, address),
    close: () => connection.close().finally(letGo),
  };
}

/** The migrations in the Supabase CLI's format: `<14 digits>_<name>.sql`. */
export async function readMigrations(): Promise<{ version: string; name: string; sql: string }[]> {
  const directory = new URL("migrations/", SUPABASE_DIRECTORY);
  const files = (await readdir(directory)).filter((file) => /^\d{14}_\w+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => ({
      version: file.slice(0, 14),
      name: file.slice(15, -4),
      sql: await readFile(new URL(file, directory), "utf8"),
    })),
  );
}
