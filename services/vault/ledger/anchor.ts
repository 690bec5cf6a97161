import type { Database } from "@ledgix/tenancy/database";
import type { VaultDependencies } from "../dependencies.ts";
import { CHECKPOINT_COLUMNS, checkpointRow, toCheckpoint } from "./checkpoints.ts";

/**
 * Exports the checkpoints that were not exported yet, oldest first, so that after an outage they arrive in order. Stops at the first
 * failure; the next round goes on there. Two replicas may export the same one: the store takes the same bytes twice.
 */
export async function anchorCheckpoints(
  clientId: string,
  database: Database,
  { anchors, config, now }: Pick<VaultDependencies, "anchors" | "config" | "now">,
): Promise<number> {
  const pending = await database.rows(
    checkpointRow,
    `select ${CHECKPOINT_COLUMNS} from ledger_checkpoints where export_status = 'pending' order by checkpoint_id limit $1`,
    [config.VAULT_LEDGER_ANCHOR_BACKFILL_BATCH_SIZE],
  );
  for (const row of pending) {
    const { export_status, export_uri, exported_at, ...sealed } = toCheckpoint(row);
    const name = `checkpoint-${String(row.checkpoint_id).padStart(12, "0")}.json`;
    const { uri, version } = await anchors.put(clientId, name, `${JSON.stringify(sealed)}\n`);
    await database.run(
      `update ledger_checkpoints set export_status = 'exported', export_uri = $2, export_version = $3, exported_at = $4
       where checkpoint_id = $1 and export_status = 'pending'`,
      [row.checkpoint_id, uri, version, now().toISOString()],
    );
  }
  return pending.length;
}
