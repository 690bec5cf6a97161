import { hashEvent } from "@ledgix/ledger/event";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import type { StoredRequest } from "../clearance/stored-request.ts";
import { listStoredEntries, readEntry } from "./list.ts";

const FIRST = { limit: 1, cursor: null, order: "oldest" } as const;

/**
 * Whether a request says what its first event recorded. Who can write to the database alone can make arguments and their hashes agree, and
 * cannot seal an event: its content is under the tenant's transport key, and bound to an event hash that covers the request.
 */
export async function isAsRecorded(
  database: TenantQueryable,
  { request_id, intent_hash }: Pick<StoredRequest, "request_id" | "intent_hash">,
): Promise<boolean> {
  const { entries } = await listStoredEntries(database, { request_id }, FIRST);
  const [stored] = entries;
  if (stored === undefined) return false;
  const entry = await readEntry(database, stored);
  return entry.intent_hash === intent_hash && hashEvent(entry) === entry.event_hash;
}
