import { createHash } from "node:crypto";
import { confluenceSource } from "@ledgix/contract/confluence";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import type { TenantSecret } from "@ledgix/tenancy/secrets";
import { z } from "zod";
import { isKey } from "../../access/principal.ts";
import { ConfluenceError, type ConfluencePage, type ConfluenceSite } from "../../adapters/confluence.ts";
import type { VaultDependencies } from "../../dependencies.ts";
import { processUpload } from "../upload.ts";

/** Seconds that one sync may take, before another one may begin. */
const LEASE_SECONDS = 600;

const source = confluenceSource
  .pick({ source_id: true, base_url: true, email: true, space_key: true, root_page_id: true, tools: true })
  // Whoever connects a source writes what is read from it: a key's are drafts.
  .extend({ created_by_id: z.string().nullable() });
type Source = z.infer<typeof source>;

/** Syncs the sources whose time has come. */
export async function syncDueSources(deps: VaultDependencies, clientId: string): Promise<void> {
  const database = await deps.tenants.database(clientId);
  const due = await database.rows(
    z.object({ source_id: z.string() }),
    "select source_id from confluence_sources where coalesce(synced_at, '-infinity') < now() - make_interval(secs => $1)",
    [deps.config.VAULT_CONFLUENCE_SYNC_SECONDS],
  );
  for (const { source_id } of due) await syncSource(deps, clientId, source_id);
}

/**
 * Reads what changed: a page that is new or whose version rose becomes a version of its policy, one that is gone retires it. Pages that did
 * not change are not read. What goes wrong is written to the source, and what was read until then stays.
 *
 * @throws {ProblemError} `not_found`
 */
export async function syncSource(deps: VaultDependencies, clientId: string, sourceId: string): Promise<void> {
  const database = await deps.tenants.database(clientId);
  const found = z.uuid().safeParse(sourceId).success
    ? await database.row(source, `select ${Object.keys(source.shape).join(", ")} from confluence_sources where source_id = $1`, [
        sourceId,
      ])
    : null;
  if (found === null) throw new ProblemError("not_found", "There is no Confluence source of this id.");
  const leased = await database.run(
    `update confluence_sources set leased_until = now() + make_interval(secs => ${LEASE_SECONDS}) where source_id = $1 and leased_until <= now()`,
    [sourceId],
  );
  if (leased === 0) return; // somebody else is at it
  const problem = await readChanges(deps, database, clientId, found).then(
    () => null,
    (error: unknown) => {
      if (error instanceof ConfluenceError) return error.message;
      deps.log.error("confluence.not_synced", error, { source_id: sourceId });
      return "The sync stopped unexpectedly. It is tried again later.";
    },
  );
  await database.run("update confluence_sources set synced_at = now(), leased_until = now(), error = $2 where source_id = $1", [
    sourceId,
    problem,
  ]);
}

async function readChanges(deps: VaultDependencies, database: Database, clientId: string, from: Source): Promise<void> {
  const tokenIn = ({ confluence_tokens }: TenantSecret) => confluence_tokens?.[from.source_id];
  const token = tokenIn(await deps.tenants.secret(clientId, (secret) => tokenIn(secret) !== undefined));
  if (token === undefined)
    throw new ConfluenceError("The token is gone from the tenant's secret. Remove the source and add it again.");
  const site: ConfluenceSite = { baseUrl: from.base_url, email: from.email, token };
  const pages = await deps.confluence.pages(site, { spaceKey: from.space_key, rootPageId: from.root_page_id });
  const known = await database.rows(
    z.object({ page_id: z.string(), version: z.number(), title: z.string() }),
    "select page_id, version, title from confluence_pages where source_id = $1 and deleted_at is null",
    [from.source_id],
  );
  for (const page of pages) {
    const before = known.find(({ page_id }) => page_id === page.id);
    if (before?.version === page.version && before.title === page.title) continue;
    await readPage(deps, database, clientId, from, site, page);
  }
  for (const { page_id } of known) if (!pages.some(({ id }) => id === page_id)) await forgetPage(database, from, page_id);
}

/** Hands a page to the way of every upload: read apart, stored as a version, indexed. */
async function readPage(
  deps: VaultDependencies,
  database: Database,
  clientId: string,
  from: Source,
  site: ConfluenceSite,
  page: ConfluencePage,
): Promise<void> {
  const html = await deps.confluence.html(site, page.id);
  const bytes = new TextEncoder().encode(html || " ");
  const policyId = `confluence-${page.id}`;
  const uploadId = crypto.randomUUID();
  await database.transaction(async (transaction) => {
    await transaction.run(
      `insert into policy_uploads (upload_id, policy_id, title, tools, note, is_draft, source, file_name, bytes, size, sha256, state, created_by,
         created_by_id)
       values ($1, $2, $3, $4, $5, $10, 'confluence', $6, $7, $8, $9, 'waiting', 'Confluence', $11)`,
      [
        uploadId,
        policyId,
        page.title.slice(0, 256),
        from.tools,
        `Version ${page.version} in Confluence.`,
        `${page.title.slice(0, 200)}.html`,
        bytes,
        bytes.length,
        createHash("sha256").update(bytes).digest("hex"),
        isKey(from.created_by_id),
        from.created_by_id,
      ],
    );
    await transaction.run(
      `insert into confluence_pages (source_id, page_id, version, title, policy_id) values ($1, $2, $3, $4, $5)
       on conflict (source_id, page_id) do update set version = excluded.version, title = excluded.title, seen_at = now(), deleted_at = null`,
      [from.source_id, page.id, page.version, page.title, policyId],
    );
  });
  await processUpload(deps, clientId, uploadId);
}

async function forgetPage(database: Database, from: Source, pageId: string): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.run("update confluence_pages set deleted_at = now() where source_id = $1 and page_id = $2", [
      from.source_id,
      pageId,
    ]);
    if (isKey(from.created_by_id)) return;
    await transaction.run(
      `update policy_versions set effective_until = now() where policy_version_id in
         (select policy_version_id from policies_in_force where policy_id = $1)`,
      [`confluence-${pageId}`],
    );
  });
}
