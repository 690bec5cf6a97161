import { ProblemError } from "@ledgix/contract/problem";
import type { newSavedView, SavedView } from "@ledgix/contract/review";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";

const viewRow = z.object({
  view_id: z.string(),
  owner: z.string(),
  owner_label: z.string(),
  name: z.string(),
  query: z.string(),
  is_shared: z.boolean(),
});

/** The caller's own saved views and the shared ones, by name. */
export async function listViews(database: Queryable, principal: Principal): Promise<{ views: SavedView[] }> {
  const rows = await database.rows(
    viewRow,
    "select view_id, owner, owner_label, name, query, is_shared from review_views where is_shared or owner = $1 order by lower(name)",
    [principalId(principal)],
  );
  return {
    views: rows.map(({ owner, owner_label, ...row }) => ({
      ...row,
      owner: owner_label,
      is_own: owner === principalId(principal),
    })),
  };
}

export async function saveView(database: Queryable, principal: Principal, view: z.infer<typeof newSavedView>): Promise<void> {
  await database.run("insert into review_views (owner, owner_label, name, query, is_shared) values ($1, $2, $3, $4, $5)", [
    principalId(principal),
    principalLabel(principal),
    view.name,
    view.query,
    view.is_shared,
  ]);
}

/** Deletes an own view. @throws {ProblemError} `not_found`, also for somebody else's */
export async function deleteView(database: Queryable, principal: Principal, viewId: string): Promise<void> {
  const deleted = z.uuid().safeParse(viewId).success
    ? await database.run("delete from review_views where view_id = $1 and owner = $2", [viewId, principalId(principal)])
    : 0;
  if (deleted === 0) throw new ProblemError("not_found", "You have no saved view of this id.");
}
