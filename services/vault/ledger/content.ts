import { jsonArray, jsonObject, parseJson } from "@ledgix/contract/json";
import type { SealedContent } from "@ledgix/tenancy/content-seal";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";

const eventContent = z.object({
  intent_hash: z.string(),
  tool_args: jsonObject,
  reason: z.string(),
  citations: jsonArray,
  evidence_chunks: jsonArray,
});
/** The protected part of an event: what its hash covers and its metadata does not say. */
export type EventContent = z.infer<typeof eventContent>;

/** What stands in place of content that is hidden, or gone. */
export const redactedContent: EventContent = { intent_hash: "", tool_args: {}, reason: "", citations: [], evidence_chunks: [] };

type EventName = { event_uuid: string; event_hash: string };
/** Binds content to its event: moved under another one it does not open. */
const contextOf = ({ event_uuid, event_hash }: EventName) => `${event_uuid}/${event_hash}`;
/** Levels of JSON in content: the arguments' own, and those around them. */
const DEPTH = 64;

export function sealEvent({ contents }: TenantQueryable, event: EventContent & EventName): Promise<SealedContent> {
  const { intent_hash, tool_args, reason, citations, evidence_chunks } = event;
  const content: EventContent = { intent_hash, tool_args, reason, citations, evidence_chunks };
  return contents.seal(JSON.stringify(content), contextOf(event));
}

/** @throws {ContentTampered} where the stored bytes are not what was sealed for this event */
export async function openEvent({ contents }: TenantQueryable, sealed: SealedContent, event: EventName): Promise<EventContent> {
  return eventContent.parse(parseJson(await contents.open(sealed, contextOf(event)), DEPTH));
}

/** Rows that one round works on at most. */
const BATCH = 500;

/** Seals events from before content was encrypted. @returns how many */
export async function sealOldEvents(database: TenantDatabase): Promise<number> {
  return database.transaction(async (transaction) => {
    const plain = await transaction.rows(
      eventContent.extend({ event_uuid: z.string(), event_hash: z.string() }),
      `select event_uuid, event_hash, intent_hash, tool_args, reason, citations, evidence_chunks from ledger_events
       where sealed_content is null order by seq limit ${BATCH} for update skip locked`,
    );
    for (const event of plain) await replaceContent(transaction, event.event_uuid, await sealEvent(transaction, event));
    return plain.length;
  });
}

async function replaceContent(transaction: TenantQueryable, eventUuid: string, sealed: SealedContent): Promise<void> {
  await transaction.run(
    `update ledger_events set sealed_content = $2, content_key = $3, content_key_id = $4,
       intent_hash = '', tool_args = '{}', reason = '', citations = '[]', evidence_chunks = '[]' where event_uuid = $1`,
    [eventUuid, sealed.sealed_content, sealed.content_key, sealed.content_key_id],
  );
}

/**
 * Puts content keys under the current transport key, a batch at a time: after a rotation the loop so comes to an end with the old one.
 *
 * @returns how many
 */
export async function rewrapContentKeys(database: TenantDatabase): Promise<number> {
  const current = await database.contents.currentKeyId();
  return database.transaction(async (transaction) => {
    const stale = await transaction.rows(
      z.object({
        event_uuid: z.string(),
        event_hash: z.string(),
        content_key: z.instanceof(Uint8Array),
        content_key_id: z.string(),
      }),
      // Two ranges of the index, which are empty but after a rotation: `<>` would read the whole table each round.
      `select event_uuid, event_hash, content_key, content_key_id from ledger_events
       where content_key_id < $1 or content_key_id > $1 limit ${BATCH} for update skip locked`,
      [current],
    );
    for (const event of stale) {
      const { content_key, content_key_id } = await transaction.contents.rewrap(event, contextOf(event));
      await transaction.run("update ledger_events set content_key = $2, content_key_id = $3 where event_uuid = $1", [
        event.event_uuid,
        content_key,
        content_key_id,
      ]);
    }
    return stale.length;
  });
}
