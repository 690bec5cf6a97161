import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { dsn, metaOf } from "@ledgix/configuration/setting";
import { tellOperator } from "@ledgix/tenancy/tell-operator";
import type { Report } from "@ledgix/verifier";
import { Command } from "commander";
import { backUp } from "./backup.ts";
import { listDeadLetters, redriveDeadLetters } from "./dead-letters.ts";
import { examine } from "./doctor.ts";
import { exportLedger } from "./export.ts";
import { fsck } from "./fsck.ts";
import { type Installation, openInstallation, Refused } from "./installation.ts";
import { listKeys, publishKey, retireKey, signWithKey } from "./keys.ts";
import { listLimits, setLimit } from "./limits.ts";
import { print, printReport, progress } from "./print.ts";
import { restore } from "./restore.ts";
import { changeDatabaseUrl, dropOldTransportKeys, rotateTransportKey } from "./secrets.ts";
import { createTenant, listTenants, migrateTenants, setSuspended } from "./tenants.ts";
import { verifyFile } from "./verify.ts";

// The operator's tool. Secrets come by the environment or standard input, never as arguments, which other users of a machine can read.

/** What a check found wrong, as opposed to 2: it could not be done. */
const EXIT_NOT_INTACT = 1;
const EXIT_REFUSED = 2;

const program = new Command("ledgix")
  .description("Operates a Ledgix installation: the one that DATABASE_URL and its like name, or the stopped embedded default's.")
  .option("--json", "print JSON");
const isJson = () => program.opts<{ json?: boolean }>().json === true;

/** Runs a command on the installation, and closes it whatever happens. */
const on =
  <Arguments extends unknown[]>(work: (installation: Installation, ...given: Arguments) => Promise<void>) =>
  async (...given: Arguments): Promise<void> => {
    const installation = await openInstallation(process.env);
    try {
      await work(installation, ...given);
    } finally {
      await installation.close();
    }
  };

function conclude(report: Report): void {
  printReport(report, isJson());
  if (!report.isIntact) process.exitCode = EXIT_NOT_INTACT;
}

/** A DSN from standard input. @throws {Refused} where none is piped in */
async function dsnFromInput(): Promise<string> {
  if (process.stdin.isTTY) throw new Refused("Pipe the DSN in, so that it stands in no list of processes: ledgix … < file");
  const given = dsn.safeParse((await text(process.stdin)).trim());
  if (!given.success) throw new Refused(`What came on standard input is no DSN. It takes ${metaOf(dsn).takes}.`);
  return given.data;
}

const tenants = program.command("tenants").description("Tenants: list, create, suspend, resume, migrate");
tenants.command("list").action(on(async (installation) => print(await listTenants(installation), isJson())));
tenants
  .command("create <name>")
  .requiredOption("--owner <email>", "who owns it; must have an account")
  .option("--database-from-stdin", "the DSN of its empty database comes on standard input")
  .action(
    on(async (installation, name: string, options: { owner: string; databaseFromStdin?: boolean }) => {
      const databaseUrl = options.databaseFromStdin ? await dsnFromInput() : undefined;
      print([await createTenant(installation, { name, owner: options.owner, databaseUrl })], isJson());
    }),
  );
tenants
  .command("suspend <client-id>")
  .action(on(async (installation, id: string) => print([await setSuspended(installation, id, true)], isJson())));
tenants
  .command("resume <client-id>")
  .action(on(async (installation, id: string) => print([await setSuspended(installation, id, false)], isJson())));
tenants
  .command("migrate [client-id...]")
  .description("Bring tenants' databases to this version's schema; all active tenants where none is named")
  .action(
    on(async (installation, ids: string[]) => {
      const done: { client_id: string; applied: string }[] = [];
      await migrateTenants(installation, ids, (client_id, applied) => {
        progress(`${client_id}: ${applied.length === 0 ? "up to date" : applied.join(", ")}`);
        done.push({ client_id, applied: applied.join(" ") });
      });
      print(done, isJson());
    }),
  );

const keys = program.command("keys").description("Signing keys: list, publish, sign, retire");
keys.command("list").action(
  on(async (installation) =>
    print(
      (await listKeys(installation)).map(({ kid, state, source, is_published }) => ({
        kid,
        state,
        source,
        in_jwks: is_published,
      })),
      isJson(),
    ),
  ),
);
keys
  .command("publish <kid>")
  .description("Put a key into the JWKS; it does not sign yet")
  .requiredOption("--source <source>", "file:<path> or kms:<key id>, where every Vault finds it")
  .option("--create", "make the key file where it is missing")
  .action(
    on(async (installation, kid: string, options: { source: string; create?: boolean }) =>
      publishKey(installation, kid, options.source, options.create ?? false),
    ),
  );
keys
  .command("sign <kid>")
  .description("Let a published key sign, and retire the one that did")
  .option("--now", "although clients may not know it yet")
  .action(
    on(async (installation, kid: string, options: { now?: boolean }) => signWithKey(installation, kid, options.now ?? false)),
  );
keys
  .command("retire <kid>")
  .description("End a key that does not sign; it stays in the JWKS")
  .option("--published-until <date>", "ISO 8601, after which nothing that it signed verifies by the JWKS")
  .action(
    on(async (installation, kid: string, options: { publishedUntil?: string }) => {
      const until = options.publishedUntil === undefined ? null : new Date(options.publishedUntil);
      if (until !== null && Number.isNaN(until.getTime()))
        throw new Refused("--published-until takes a date such as 2027-01-31.");
      await retireKey(installation, kid, until?.toISOString() ?? null);
    }),
  );

const limits = program.command("limits").description("What one person or tenant may make here: list, set");
limits.command("list").action(on(async (installation) => print(await listLimits(installation), isJson())));
limits
  .command("set <name> <value>")
  .description("Such as tenants_per_person 20; 0 leaves tenants to operators")
  .action(on(async (installation, name: string, value: string) => print(await setLimit(installation, name, value), isJson())));

const secrets = program.command("secrets").description("Tenants' secrets: rotate the transport key, change the DSN");
secrets
  .command("rotate-transport-key <client-id>")
  .action(on(async (installation, id: string) => print([await rotateTransportKey(installation, id)], isJson())));
secrets
  .command("drop-old-transport-keys <client-id>")
  .description("Once Vault has re-wrapped everything")
  .action(on(async (installation, id: string) => print([{ dropped: await dropOldTransportKeys(installation, id) }], isJson())));
secrets
  .command("change-database-url <client-id>")
  .description("Another DSN to the same database, from standard input: a rotated password, another host")
  .action(on(async (installation, id: string) => changeDatabaseUrl(installation, id, await dsnFromInput())));

const letters = program.command("dead-letters").description("Requests that no Vault could judge");
letters.command("list").action(on(async (installation) => print(await listDeadLetters(installation), isJson())));
letters
  .command("redrive")
  .description("Send them to the queue again")
  .action(on(async (installation) => print([{ redriven: await redriveDeadLetters(installation) }], isJson())));

program
  .command("export")
  .description(
    "Write a tenant's whole ledger so that it verifies offline. Reads LEDGIX_VAULT_URL and LEDGIX_VAULT_API_KEY (ledger:read)",
  )
  .requiredOption("--to <file>")
  .action(async ({ to }: { to: string }) => {
    const { LEDGIX_VAULT_URL: url, LEDGIX_VAULT_API_KEY: apiKey } = process.env;
    if (!url || !apiKey) throw new Refused("LEDGIX_VAULT_URL and LEDGIX_VAULT_API_KEY are needed.");
    const vault = { url, apiKey };
    async function* lines() {
      for await (const object of exportLedger(vault, (done) => progress(`${done} entries`))) {
        yield `${JSON.stringify(object)}\n`;
      }
    }
    await pipeline(Readable.from(lines()), createWriteStream(to, { mode: 0o600, flush: true }));
  });
program
  .command("verify <file>")
  .description("Check a proof bundle or an export offline. Exit 0: intact; 1: not; 2: it could not be checked")
  .option("--jwks <file-or-url>", "keys that are trusted; else the file's own are")
  .option("--anchors <folder>", "anchored checkpoints to compare an export with")
  .action(async (file: string, options: { jwks?: string; anchors?: string }) =>
    conclude(await verifyFile(file, { ...options, onProgress: (done) => progress(`${done} entries`) })),
  );
program
  .command("fsck <client-id>")
  .description("Check a ledger where it is stored: database against tree against anchors")
  .option("--jwks <file>", "keys that are trusted, instead of the control plane's")
  .action(
    on(async (installation, id: string, options: { jwks?: string }) => {
      const jwks = options.jwks === undefined ? {} : { jwks: JSON.parse(await readFile(options.jwks, "utf8")) };
      conclude(await fsck(installation, id, { ...jwks, onProgress: (done) => progress(`${done} entries`) }));
    }),
  );
program
  .command("backup <client-id>")
  .requiredOption("--to <folder>", "an empty or new folder")
  .action(
    on(async (installation, id: string, { to }: { to: string }) => {
      const made = await backUp(installation, id, to, (name, rows) => progress(`${name}: ${rows} rows`));
      print(
        made.tables.map(({ name, rows }) => ({ table: name, rows })),
        isJson(),
      );
    }),
  );
program
  .command("restore <client-id>")
  .description("Restore into an empty database, and prove that the log is the anchored one")
  .requiredOption("--from <folder>")
  .option("--database-from-stdin", "the DSN of the empty database, where it is another one than the tenant's secret names")
  .action(
    on(async (installation, id: string, options: { from: string; databaseFromStdin?: boolean }) => {
      const databaseUrl = options.databaseFromStdin ? await dsnFromInput() : undefined;
      const restored = await restore(installation, id, options.from, {
        databaseUrl,
        onTable: (name, rows) => progress(`${name}: ${rows} rows`),
      });
      print([restored], isJson());
      if (restored.missing === 0) return;
      console.error(
        `The restored log is a prefix of the anchored one: ${restored.missing} anchored checkpoints are not in this backup. ` +
          "Keep the tenant suspended, since its next checkpoint would fork the log, and restore a later backup.",
      );
      process.exitCode = EXIT_NOT_INTACT;
    }),
  );
program
  .command("doctor")
  .description("Look for the common integration failures. Reads LEDGIX_VAULT_API_KEY")
  .option("--url <url>", "of Vault; LEDGIX_VAULT_URL where not given")
  .action(async (options: { url?: string }) => {
    const url = options.url ?? process.env.LEDGIX_VAULT_URL;
    if (!url) throw new Refused("LEDGIX_VAULT_URL is not set. Name the Vault: ledgix doctor --url https://…");
    const findings = await examine(url, process.env.LEDGIX_VAULT_API_KEY);
    print(findings, isJson());
    if (findings.some(({ outcome }) => outcome === "failed")) process.exitCode = EXIT_NOT_INTACT;
  });

try {
  await program.parseAsync();
} catch (error) {
  tellOperator(error);
  process.exitCode = EXIT_REFUSED;
}
