import type { DocumentText } from "@ledgix/contract/judge";

/** A file that cannot be read, with a reason that tells whoever uploaded it what to do. */
export class Unreadable extends Error {
  override name = "Unreadable";
  readonly code: UnreadableCode;
  constructor(code: UnreadableCode, message: string) {
    super(message);
    this.code = code;
  }
}
export type UnreadableCode =
  | "unsupported"
  | "mislabelled"
  | "encrypted"
  | "no_text"
  | "truncated"
  | "has_macros"
  | "not_utf8"
  | "too_complex"
  | "too_slow"
  | "empty";

/** Told of pages, or other parts, as they are read. */
export type Progress = (done: number, total: number) => void;
export type Reader = (bytes: Uint8Array, progress: Progress) => Promise<DocumentText>;

/** Pages of a document at most. */
export const MAX_PAGES = 2_000;
/** UTF-16 units of a document's text at most: some 2,000 dense pages. */
export const MAX_TEXT = 8_000_000;

/** What messages between the judge and the reading process look like. */
export type ToReader = { bytes: Uint8Array; fileName: string };
export type FromReader =
  | { kind: "progress"; done: number; total: number }
  | { kind: "read"; document: DocumentText }
  | { kind: "unreadable"; code: string; reason: string };
