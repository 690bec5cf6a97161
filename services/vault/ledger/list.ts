import { type EncryptedEntry, type LedgerEntry, ledgerEntry } from "@ledgix/contract/ledger";
import { ProblemError } from "@ledgix/contract/problem";
import { toBase64Url } from "@ledgix/ledger/base64url";
import { ContentTampered } from "@ledgix/tenancy/content-seal";
import type { Parameter } from "@ledgix/tenancy/database";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { openEvent, redactedContent } from "./content.ts";

/** A row of the ledger with the checkpoint that first covered it. Receipt fields are empty until they are signed. */
const entryRow = ledgerEntry.extend({
  seq: z.coerce.number(),
  leaf_index: z.coerce.number().nullable(),
  checkpoint_id: z.coerce.number().nullable(),
  receipt_key_id: z
    .string()
    .nullable()
    .transform((value) => value ?? ""),
  receipt_payload: z
    .string()
    .nullable()
    .transform((value) => value ?? ""),
  receipt_signature: z
    .string()
    .nullable()
    .transform((value) => value ?? ""),
  sealed_content: z.instanceof(Uint8Array).nullable(),
  content_key: z.instanceof(Uint8Array).nullable(),
  content_key_id: z.string().nullable(),
  event_type: z.string(),
  actor: z.string().nullable(),
  channel: z.string().nullable(),
});
/** An entry with its content as it is stored. */
export type StoredEntry = z.infer<typeof entryRow>;

const SELECT_ENTRY = `
  select e.seq, e.event_uuid, e.request_id, e.agent_id, e.policy_id, e.intent_hash, e.tool_name, e.tool_args, e.reason, e.citations,
    e.evidence_chunks, e.confidence, e.confidence_bucket, e.decision_status, e.approved, e.accepted_at, e.canonical_version,
    e.event_hash, e.leaf_hash, e.leaf_index, 'Ed25519' as receipt_algorithm, e.receipt_key_id, e.receipt_payload, e.receipt_signature,
    e.sealed_content, e.content_key, e.content_key_id, e.event_type, e.actor, e.channel,
    (select c.checkpoint_id from ledger_checkpoints c where c.tree_size > e.leaf_index order by c.tree_size limit 1) as checkpoint_id
  from ledger_events e`;

/** By the names of the query parameters. `principal` confines a key that may read its own entries only. */
export type EntryFilter = {
  request_id?: string | undefined;
  event_uuid?: string | undefined;
  principal?: string | undefined;
  tool?: string | undefined;
  agent?: string | undefined;
  policy?: string | undefined;
  /** The policy version that the decision rests on. */
  version?: string | undefined;
  decision?: string | undefined;
  /** Whose key asked, by its name. */
  asked_by?: string | undefined;
  /** Who decided, by their label. */
  reviewer?: string | undefined;
  channel?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

/** Event types that settle a request, as opposed to pausing it or using its token. */
const SETTLING =
  "('clearance.approved', 'clearance.denied', 'review.approved', 'review.denied', 'review.expired', 'clearance.cancelled', 'token.minted')";

export function conditions(filter: EntryFilter): { where: string; parameters: Parameter[] } {
  const parameters: Parameter[] = [];
  const parts: string[] = [];
  const add = (value: string | undefined, condition: (placeholder: string) => string) => {
    if (value === undefined) return;
    parameters.push(value);
    parts.push(condition(`$${parameters.length}`));
  };
  add(filter.request_id, (p) => `e.request_id = ${p}`);
  add(filter.event_uuid, (p) => `e.event_uuid = ${p}`);
  add(filter.principal, (p) => `e.request_id in (select request_id from clearance_requests where principal = ${p})`);
  add(filter.tool, (p) => `e.tool_name = ${p}`);
  add(filter.agent, (p) => `e.agent_id = ${p}`);
  add(filter.policy, (p) => `e.policy_id = ${p}`);
  add(filter.version, (p) => `e.policy_version_id = ${p}`);
  add(filter.asked_by, (p) => `e.requested_by = ${p}`);
  add(filter.reviewer, (p) => `e.actor = ${p}`);
  add(filter.channel, (p) => `e.channel = ${p}`);
  add(filter.decision, (p) => `e.decision_status = ${p}`);
  // accepted_at is ISO 8601 in UTC with milliseconds, so its order as text is its order in time.
  add(filter.from, (p) => `e.accepted_at >= ${p}`);
  add(filter.to, (p) => `e.accepted_at < ${p}`);
  return { where: parts.length === 0 ? "true" : parts.join(" and "), parameters };
}

export type EntryPage = { limit: number; cursor: number | null; order: "newest" | "oldest" };

/** Lists entries after the cursor, the `seq` of the last entry of the page before. */
export async function listStoredEntries(
  database: TenantQueryable,
  filter: EntryFilter,
  { order, ...page }: EntryPage,
): Promise<{ entries: StoredEntry[]; next_cursor: string | null }> {
  const { where, parameters } = conditions(filter);
  const [side, direction, start] = order === "newest" ? ["<", "desc", Number.MAX_SAFE_INTEGER] : [">", "asc", 0];
  const rows = await database.rows(
    entryRow,
    `${SELECT_ENTRY} where ${where} and e.seq ${side} $${parameters.length + 1} order by e.seq ${direction} limit $${parameters.length + 2}`,
    [...parameters, page.cursor ?? start, page.limit + 1],
  );
  const entries = rows.slice(0, page.limit);
  return { entries, next_cursor: rows.length > page.limit ? String(entries.at(-1)?.seq) : null };
}

/**
 * One entry: by event, or by request the event that settled it (the first one while it is not settled).
 *
 * @throws {ProblemError} `not_found`
 */
export async function findEntry(database: TenantQueryable, filter: EntryFilter): Promise<StoredEntry> {
  const { where, parameters } = conditions(filter);
  const row = await database.row(
    entryRow,
    `${SELECT_ENTRY} where ${where} order by (e.event_type in ${SETTLING}) desc, e.seq limit 1`,
    parameters,
  );
  if (row === null) throw new ProblemError("not_found", "There is no such event in this ledger.");
  return row;
}

/** Lists entries as they are served: redacted, or with their content. */
export async function listEntries(
  database: TenantQueryable,
  filter: EntryFilter,
  page: EntryPage,
  view: "redacted" | "full",
): Promise<{ entries: LedgerEntry[]; next_cursor: string | null }> {
  const { entries, next_cursor } = await listStoredEntries(database, filter, page);
  const served = view === "full" ? await Promise.all(entries.map((entry) => readEntry(database, entry))) : entries.map(redact);
  return { entries: served, next_cursor };
}

/** Lists entries with their content as it is stored, for whoever holds the transport key. */
export async function listEncrypted(
  database: TenantQueryable,
  filter: EntryFilter,
  page: EntryPage,
): Promise<{ entries: EncryptedEntry[]; next_cursor: string | null }> {
  const { entries, next_cursor } = await listStoredEntries(database, filter, page);
  return { entries: entries.map((stored) => ({ ...redact(stored), encrypted: encryptedPart(stored) })), next_cursor };
}

function encryptedPart({ sealed_content, content_key, content_key_id }: StoredEntry): EncryptedEntry["encrypted"] {
  if (sealed_content === null || content_key === null || content_key_id === null) return null;
  return {
    algorithm: "AES-256-GCM",
    key_id: content_key_id,
    wrapped_key: toBase64Url(content_key),
    content: toBase64Url(sealed_content),
  };
}

/** What is served of a stored entry. */
function servedFields(stored: StoredEntry): LedgerEntry {
  const { sealed_content, content_key, content_key_id, event_type, actor, channel, ...entry } = stored;
  return entry;
}

/** The entry with its content; redacted where its content was destroyed. @throws {ContentTampered} */
export async function openEntry(database: TenantQueryable, stored: StoredEntry): Promise<LedgerEntry> {
  const { sealed_content, content_key, content_key_id } = stored;
  const entry = servedFields(stored);
  if (sealed_content === null) return entry; // from before content was sealed
  if (content_key === null || content_key_id === null) return entry; // destroyed: the plain columns are those of a redacted entry
  return { ...entry, ...(await openEvent(database, { sealed_content, content_key, content_key_id }, entry)) };
}

/** For reading: content that was tampered with is not shown, and does not hide the entries around it. `verifyLedger` says so. */
export const readEntry = (database: TenantQueryable, stored: StoredEntry): Promise<LedgerEntry> =>
  openEntry(database, stored).catch((error: unknown) => {
    if (error instanceof ContentTampered) return redact(stored);
    throw error;
  });

/** Hides the content of an entry; its leaf, its receipt and its place in the tree stay checkable. */
export function redact(stored: StoredEntry): LedgerEntry {
  return { ...servedFields(stored), ...redactedContent };
}
