import { appendLeaves, type TileId } from "@ledgix/ledger/tiles";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { readTiles } from "@ledgix/vault/ledger/tiles";
import { type Check, type Report, readJwks, verifyLog } from "@ledgix/verifier";
import { z } from "zod";
import type { Installation } from "./installation.ts";
import { keysOfLog, readAnchored, storedLog } from "./stored-log.ts";
import { findTenant } from "./tenants.ts";

export type FsckOptions = {
  /** A JWKS that is trusted, instead of what the installation says of its keys. */
  jwks?: unknown;
  onProgress?: (entries: number) => void;
};

/**
 * Checks a tenant's ledger where it is stored: every entry's content, leaf and receipt, the tree's tiles, every checkpoint, the anchors, and that
 * requests and their events agree. Reads one moment of the database, so Vault may go on meanwhile.
 */
export async function fsck(installation: Installation, clientId: string, options: FsckOptions = {}): Promise<Report> {
  await findTenant(installation, clientId);
  const database = await installation.tenants.database(clientId);
  // Before the snapshot: what was anchored by now is in it, however fast the log grows.
  const anchors = await readAnchored(installation, clientId);
  return database.transaction(async (snapshot) => {
    await snapshot.run("set transaction isolation level repeatable read, read only");
    return check(installation, snapshot, anchors, options);
  });
}

async function check(
  installation: Installation,
  snapshot: TenantQueryable,
  anchors: unknown[] | null,
  options: FsckOptions,
): Promise<Report> {
  const { keys, unvouched } = await keysOfLog(installation, snapshot);
  const tampered: string[] = [];
  const log = await verifyLog(
    storedLog(snapshot, keys, (eventUuid) => tampered.push(eventUuid)),
    {
      ...(options.jwks !== undefined && { keys: readJwks(options.jwks) }),
      // A young log has none yet. What counts as anchored and is not there fails below.
      ...(anchors !== null && anchors.length > 0 && { anchors }),
      ...(options.onProgress && { onProgress: options.onProgress }),
    },
  );
  const checks = [
    ...log.checks,
    failedWhere(
      "content",
      tampered.map((id) => `The content of event ${id} is not what was sealed.`),
      "All sealed content opens.",
    ),
    failedWhere("tiles", await wrongTiles(snapshot), "The stored tree is that of the events."),
    failedWhere("anchored", await lostAnchors(snapshot, anchors), "What counts as exported is in the anchor store."),
    failedWhere("requests", await wrongRequests(snapshot), "Requests and their events agree."),
  ];
  return {
    isIntact: checks.every(({ outcome }) => outcome !== "failed"),
    checks,
    notChecked: [
      ...log.notChecked.filter((line) => !line.startsWith("That the keys")),
      ...(options.jwks === undefined && unvouched.length > 0
        ? [`That ${unvouched.join(", ")} is Vault's: the control plane does not list it. Give --jwks.`]
        : []),
    ],
  };
}

const TOLD = 5;

function failedWhere(name: string, faults: string[], detail: string): Check {
  if (faults.length === 0) return { name, outcome: "passed", detail };
  const more = faults.length > TOLD ? ` And ${faults.length - TOLD} more.` : "";
  return { name, outcome: "failed", detail: faults.slice(0, TOLD).join(" ") + more };
}

/** Leaves that are read at once. */
const LEAVES = 50_000;

/** Tiles that are not what the events' leaves make. */
async function wrongTiles(database: Queryable): Promise<string[]> {
  const wrong: string[] = [];
  const partial = new Map<string, Uint8Array>();
  let size = 0;
  for (;;) {
    const rows = await database.rows(
      z.object({ leaf_hash: z.string() }),
      "select leaf_hash from ledger_events where leaf_index >= $1 order by leaf_index limit $2",
      [size, LEAVES],
    );
    if (rows.length === 0) break;
    const leaves = rows.map(({ leaf_hash }) => Uint8Array.from(Buffer.from(leaf_hash, "hex")));
    const made = appendLeaves(size, leaves, ({ level, index }) => partial.get(`${level}/${index}`));
    size += rows.length;
    const isLast = rows.length < LEAVES;
    partial.clear();
    const due: { id: TileId; hashes: Uint8Array }[] = [];
    for (const [name, tile] of made) {
      if (tile.hashes.length < 256 * 32) partial.set(name, tile.hashes);
      if (tile.hashes.length === 256 * 32 || isLast) due.push(tile);
    }
    wrong.push(...(await differing(database, due)));
    if (isLast) break;
  }
  const tree = await database.row(z.object({ tree_size: z.coerce.number() }), "select tree_size from ledger_tree");
  if (tree?.tree_size !== size) wrong.push(`The tree says ${tree?.tree_size} leaves, and ${size} events have a place.`);
  return wrong;
}

async function differing(database: Queryable, tiles: { id: TileId; hashes: Uint8Array }[]): Promise<string[]> {
  const stored = await readTiles(
    database,
    tiles.map(({ id }) => id),
  );
  return tiles
    .filter(({ id, hashes }) => !Buffer.from(hashes).equals(stored.get(`${id.level}/${id.index}`) ?? Buffer.of()))
    .map(({ id }) => `Tile ${id.level}/${id.index} is not that of its leaves.`);
}

async function lostAnchors(database: Queryable, anchors: unknown[] | null): Promise<string[]> {
  if (anchors === null) return [];
  const known = new Set(anchors.map((anchor) => z.object({ checkpoint_id: z.number() }).parse(anchor).checkpoint_id));
  const exported = await database.rows(
    z.object({ checkpoint_id: z.coerce.number() }),
    "select checkpoint_id from ledger_checkpoints where export_status = 'exported' order by checkpoint_id",
  );
  return exported
    .filter(({ checkpoint_id }) => !known.has(checkpoint_id))
    .map(({ checkpoint_id }) => `Checkpoint ${checkpoint_id} counts as exported, and is not in the anchor store.`);
}

/** Requests whose state no event records, or that used a token other than once. */
async function wrongRequests(database: Queryable): Promise<string[]> {
  const rows = await database.rows(
    z.object({ request_id: z.string(), fault: z.string() }),
    `select request_id::text, fault from (
       select r.request_id, case
         when r.status = 'pending_review' and not exists (select from ledger_events e where e.request_id = r.request_id
           and e.event_type = 'clearance.paused') then 'is paused, and no event says so'
         when r.status in ('approved', 'denied') and not exists (select from ledger_events e where e.request_id = r.request_id
           and e.approved = (r.status = 'approved')) then 'is ' || r.status || ', and no event says so'
         when (r.consumed_at is not null)::int <> (select count(*) from ledger_events e where e.request_id = r.request_id
           and e.event_type = 'token.consumed') then 'has another number of uses than events of it'
       end as fault from clearance_requests r
     ) checked where fault is not null order by request_id limit 100`,
  );
  return rows.map(({ request_id, fault }) => `Request ${request_id} ${fault}.`);
}
