import type { Checkpoint } from "@ledgix/contract/ledger";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

export const checkpointRow = z.object({
  checkpoint_id: z.coerce.number(),
  tree_size: z.coerce.number(),
  root_hash: z.string(),
  checkpoint_hash: z.string(),
  prev_checkpoint_hash: z.string(),
  signer_key_id: z.string(),
  checkpoint_signature: z.string(),
  checkpoint_payload: z.string(),
  signed_at: z.string(),
  mmd_seconds: z.number(),
  export_target: z.string(),
  export_uri: z.string(),
  export_status: z.string(),
  exported_at: z.string().nullable(),
});
export const CHECKPOINT_COLUMNS = Object.keys(checkpointRow.shape).join(", ");

/** A checkpoint as it is served: what has no value is left out, and `microblock_id` is always a number. */
export function toCheckpoint({ exported_at, ...row }: z.infer<typeof checkpointRow>): Checkpoint {
  return {
    ...row,
    microblock_id: row.checkpoint_id,
    signature_algorithm: "Ed25519",
    ...(exported_at !== null && { exported_at }),
  };
}

export async function checkpointBy(database: Queryable, where: string, value: number): Promise<Checkpoint | null> {
  const row = await database.row(checkpointRow, `select ${CHECKPOINT_COLUMNS} from ledger_checkpoints ${where}`, [value]);
  return row && toCheckpoint(row);
}

export const latestCheckpoint = (database: Queryable) =>
  checkpointBy(database, "where checkpoint_id > $1 order by checkpoint_id desc limit 1", 0);
export const earliestCovering = (database: Queryable, leafIndex: number) =>
  checkpointBy(database, "where tree_size > $1 order by tree_size limit 1", leafIndex);

export async function checkpointById(database: Queryable, id: number): Promise<Checkpoint> {
  const found = await checkpointBy(database, "where checkpoint_id = $1", id);
  if (found === null) throw new ProblemError("not_found", `There is no checkpoint ${id}.`);
  return found;
}

/** The longest chain that is returned at once. */
const CHAIN_LIMIT = 5_000;

/**
 * Lists checkpoints, newest first. Clients verify the chain from its first checkpoint but ask for a page of 24, so without `strict`
 * and without a cursor the chain comes back to its start.
 */
export async function listCheckpoints(database: Queryable, query: { limit: number; before: number | null; isStrict: boolean }) {
  const limit = query.isStrict || query.before !== null ? query.limit : CHAIN_LIMIT;
  const rows = await database.rows(
    checkpointRow,
    `select ${CHECKPOINT_COLUMNS} from ledger_checkpoints where checkpoint_id < $1 order by checkpoint_id desc limit $2`,
    [query.before ?? Number.MAX_SAFE_INTEGER, limit],
  );
  const total = await database.row(
    z.object({ total: z.coerce.number() }),
    "select coalesce(max(checkpoint_id), 0) as total from ledger_checkpoints",
  );
  const last = rows.at(-1)?.checkpoint_id ?? 0;
  const isTruncated = rows.length === limit && last > 1;
  return {
    checkpoints: rows.map(toCheckpoint),
    total: total?.total ?? 0,
    truncated: isTruncated,
    next_cursor: isTruncated ? String(last) : null,
  };
}
