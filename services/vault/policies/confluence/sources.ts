import { type ConfluenceSource, confluenceSource, type newConfluenceSource } from "@ledgix/contract/confluence";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../../access/audit.ts";
import { type Principal, principalId, principalLabel } from "../../access/principal.ts";
import { ConfluenceError } from "../../adapters/confluence.ts";
import type { VaultDependencies } from "../../dependencies.ts";
import { assertMember } from "../put-in-force.ts";

const row = confluenceSource.extend({
  pages: z.coerce.number(),
  deleted_pages: z.coerce.number(),
  created_at: z.date(),
  synced_at: z.date().nullable(),
});

export async function listSources(database: Queryable): Promise<ConfluenceSource[]> {
  const rows = await database.rows(
    row,
    `select s.source_id, s.base_url, s.email, s.space_key, s.root_page_id, s.tools, s.created_at, s.created_by, s.synced_at, s.error,
       (select count(*) from confluence_pages p where p.source_id = s.source_id and deleted_at is null) as pages,
       (select count(*) from confluence_pages p where p.source_id = s.source_id and deleted_at is not null) as deleted_pages
     from confluence_sources s order by s.created_at`,
  );
  return rows.map((each) => ({
    ...each,
    created_at: each.created_at.toISOString(),
    synced_at: each.synced_at?.toISOString() ?? null,
  }));
}

/** Adds a source, once it could be read with the token. @throws {ProblemError} `invalid_body` with what Confluence said */
export async function addSource(
  deps: VaultDependencies,
  principal: Principal,
  { base_url, email, token, space_key, root_page_id, tools }: z.output<typeof newConfluenceSource>,
): Promise<string> {
  const site = { baseUrl: new URL(base_url).origin, email, token };
  await deps.confluence.pages(site, { spaceKey: space_key, rootPageId: root_page_id ?? null }).catch((error: unknown) => {
    if (error instanceof ConfluenceError) throw new ProblemError("invalid_body", error.message);
    throw error;
  });
  const sourceId = crypto.randomUUID();
  const database = await deps.tenants.database(principal.clientId);
  await deps.tenants.changeSecret(principal.clientId, (secret) => ({
    ...secret,
    confluence_tokens: { ...secret.confluence_tokens, [sourceId]: token },
  }));
  await database.run(
    `insert into confluence_sources (source_id, base_url, email, space_key, root_page_id, tools, created_by, created_by_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [sourceId, site.baseUrl, email, space_key, root_page_id ?? null, tools, principalLabel(principal), principalId(principal)],
  );
  await audit(deps, principal, "confluence.added", sourceId, {
    base_url: site.baseUrl,
    space_key,
    root_page_id: root_page_id ?? null,
  });
  return sourceId;
}

/**
 * Stops reading a source and forgets its token. The policies that came of it stay as they are. A key removes what it added itself.
 *
 * @throws {ProblemError} `member_required` · `not_found`
 */
export async function removeSource(deps: VaultDependencies, principal: Principal, sourceId: string): Promise<void> {
  const database = await deps.tenants.database(principal.clientId);
  const isId = z.uuid().safeParse(sourceId).success;
  if (isId) await assertMayRemove(database, principal, sourceId);
  const removed = isId ? await database.run("delete from confluence_sources where source_id = $1", [sourceId]) : 0;
  if (removed === 0) throw new ProblemError("not_found", "There is no Confluence source of this id.");
  await deps.tenants.changeSecret(principal.clientId, (secret) => {
    const { [sourceId]: _, ...others } = secret.confluence_tokens ?? {};
    return { ...secret, confluence_tokens: others };
  });
  await audit(deps, principal, "confluence.removed", sourceId, {});
}

async function assertMayRemove(database: Queryable, principal: Principal, sourceId: string): Promise<void> {
  const source = await database.row(
    z.object({ created_by_id: z.string().nullable() }),
    "select created_by_id from confluence_sources where source_id = $1",
    [sourceId],
  );
  if (source !== null && source.created_by_id !== principalId(principal))
    assertMember(principal, "remove a source that it did not add");
}
