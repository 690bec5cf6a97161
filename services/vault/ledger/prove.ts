import { type ConsistencyProof, type InclusionProof, ledgerKey, type ProofBundle } from "@ledgix/contract/ledger";
import { ProblemError } from "@ledgix/contract/problem";
import { consistencyPath, consistencyRanges, inclusionPath, inclusionRanges } from "@ledgix/ledger/tree";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import type { VaultConfig } from "../config.ts";
import { checkpointById, earliestCovering, latestCheckpoint } from "./checkpoints.ts";
import { type EntryFilter, findEntry, readEntry, type StoredEntry } from "./list.ts";
import { nodeReader } from "./tiles.ts";

/** Proves that an event is in the log, against the given checkpoint or the newest. */
export async function proveInclusion(
  database: TenantQueryable,
  filter: EntryFilter,
  config: VaultConfig,
  choose: "earliest" | "latest" = "latest",
): Promise<{ entry: StoredEntry; proof: InclusionProof }> {
  const entry = await findEntry(database, filter);
  const checkpoint =
    entry.leaf_index === null
      ? null
      : choose === "latest"
        ? await latestCheckpoint(database)
        : await earliestCovering(database, entry.leaf_index);
  if (entry.leaf_index === null || checkpoint === null) {
    throw new ProblemError("not_sequenced", "The event is accepted, and will be in the next checkpoint.", {
      retryAfter: Math.min(60, config.VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS),
    });
  }
  const ranges = inclusionRanges(entry.leaf_index, checkpoint.tree_size);
  const path = inclusionPath(entry.leaf_index, checkpoint.tree_size, await nodeReader(database, ranges));
  return {
    entry,
    proof: {
      event_uuid: entry.event_uuid,
      request_id: entry.request_id,
      event_hash: entry.event_hash,
      leaf_hash: entry.leaf_hash,
      leaf_index: entry.leaf_index,
      tree_size: checkpoint.tree_size,
      path,
      checkpoint,
    },
  };
}

/** Proves that the log of one checkpoint is a prefix of that of a later one. */
export async function proveConsistency(database: Queryable, from: number, to: number): Promise<ConsistencyProof> {
  const [first, second] = [await checkpointById(database, from), await checkpointById(database, to)];
  if (first.tree_size > second.tree_size) {
    throw new ProblemError("invalid_parameter", "`from` must name a checkpoint that is not newer than `to`.");
  }
  const ranges = first.tree_size === second.tree_size ? [] : consistencyRanges(first.tree_size, second.tree_size);
  const path = consistencyPath(first.tree_size, second.tree_size, await nodeReader(database, ranges));
  return { from_checkpoint: first, to_checkpoint: second, path };
}

/** Everything that a verifier needs offline: inclusion in the earliest checkpoint, and from there to the newest. */
export async function proveBundle(database: TenantQueryable, filter: EntryFilter, config: VaultConfig): Promise<ProofBundle> {
  const { entry, proof } = await proveInclusion(database, filter, config, "earliest");
  const newest = await latestCheckpoint(database);
  const isNewest = newest === null || newest.checkpoint_id === proof.checkpoint.checkpoint_id;
  const consistency = isNewest
    ? undefined
    : await proveConsistency(database, proof.checkpoint.checkpoint_id, newest.checkpoint_id);
  return {
    event: await readEntry(database, entry),
    inclusion: proof,
    ...(consistency && { consistency }),
    keys: await listKeys(database),
  };
}

/** Every key that signed for this tenant, as a verifier takes them. */
export async function listKeys(database: Queryable) {
  const rows = await database.rows(
    ledgerKey.omit({ algorithm: true }).extend({ retired_at: z.string().nullable() }),
    "select key_id, public_jwk, active_from, retired_at from ledger_keys order by active_from",
  );
  return rows.map(({ retired_at, ...key }) => ({
    ...key,
    algorithm: "Ed25519" as const,
    ...(retired_at !== null && { retired_at }),
  }));
}
