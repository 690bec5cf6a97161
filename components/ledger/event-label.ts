import type { LedgerEntry } from "@ledgix/contract/ledger";
import { isRedacted } from "@ledgix/ledger/event";
import { z } from "zod";

const eventRecord = z.looseObject({
  kind: z.literal("ledgix.event"),
  type: z.string(),
  actor: z.string().nullish(),
  channel: z.string().nullish(),
});

/** The record that says what kind of event an entry is, among its evidence. */
export function eventRecordOf(entry: Pick<LedgerEntry, "evidence_chunks">) {
  return entry.evidence_chunks.map((chunk) => eventRecord.safeParse(chunk)).find((parsed) => parsed.success)?.data ?? null;
}

/** One word for what happened; undefined where the decision's own word says it. */
export function eventLabel(entry: Pick<LedgerEntry, "evidence_chunks">): string | undefined {
  const words: Record<string, string> = {
    "token.minted": "Approved again for an identical action",
    "mint.refused": "Not approved again",
    "token.consumed": "Token used",
    "clearance.cancelled": "Cancelled",
    "clearance.lapsed": "Lapsed",
    "review.endorsed": "First approval",
    "review.expired": "Expired",
    "content.redacted": "Redacted",
  };
  return words[eventRecordOf(entry)?.type ?? ""];
}

const happened: Record<string, string> = {
  "clearance.approved": "Approved by policy",
  "clearance.denied": "Denied by policy",
  "clearance.paused": "Paused for a person",
  "clearance.cancelled": "Cancelled by the caller",
  "clearance.lapsed": "Lapsed unused",
  "review.endorsed": "First approval",
  "review.approved": "Approved",
  "review.denied": "Denied",
  "review.expired": "Denied unanswered",
  "token.minted": "Approved again for an identical action",
  "mint.refused": "Not approved again",
  "token.consumed": "Token used",
  "content.redacted": "Content redacted",
};

/** An event of the ledger in a line of what happened to its request. */
export const whatHappened = (type: string): string => happened[type] ?? type;

/** Nothing of what the request said is left in an event that was redacted, nor in the one that says so. */
export function isWithoutContent(entry: LedgerEntry): boolean {
  return isRedacted(entry) || eventRecordOf(entry)?.type === "content.redacted";
}
