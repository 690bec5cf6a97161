import type { Database } from "@ledgix/tenancy/database";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueue } from "../outbox/enqueue.ts";
import { CHECKPOINT_COLUMNS, checkpointRow, toCheckpoint } from "./checkpoints.ts";

/** Anchors what is pending; where the store is away, says so once for each outage. */
export async function anchorOrAnnounce(
  clientId: string,
  database: Database,
  deps: Pick<VaultDependencies, "anchors" | "config" | "now" | "log" | "metrics">,
): Promise<void> {
  try {
    await anchorCheckpoints(clientId, database, deps);
    await database.run("delete from settings where name = 'anchor_outage'");
  } catch (error) {
    deps.metrics.anchorFailures.inc();
    deps.log.error("ledger.anchor_failed", error, { client_id: clientId });
    await database.transaction(async (transaction) => {
      const isNew = await transaction.run(
        "insert into settings (name, value, updated_by) values ('anchor_outage', $1::json, 'vault') on conflict do nothing",
        [JSON.stringify({ since: deps.now().toISOString() })],
      );
      if (isNew > 0) await enqueue(transaction, "ledger.anchor_failed", { target: deps.anchors.target }, null);
    });
  }
}

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
