import { MAX_TEXT, type Reader, Unreadable } from "./document.ts";

export const readMarkdown: Reader = async (bytes) => ({ content: decode(bytes), media_type: "text/markdown", pages: [] });
export const readPlainText: Reader = async (bytes) => ({ content: decode(bytes), media_type: "text/plain", pages: [] });

/** UTF-8, without a byte order mark, lines ended by a line feed. @throws {Unreadable} */
export function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable("not_utf8", "The file is not text in UTF-8. Save it as UTF-8 and upload it again.");
  }
  if (text.includes("\0")) throw new Unreadable("mislabelled", "The file holds binary data, not text.");
  return checked(text.replaceAll(/\r\n?/g, "\n"));
}

/** A text that is there, and not too long. */
export function checked(text: string): string {
  if (text.trim() === "") throw new Unreadable("empty", "The file holds no text.");
  if (text.length > MAX_TEXT) throw new Unreadable("too_complex", "The file holds more text than a policy may have. Split it.");
  // PostgreSQL holds neither U+0000 nor half surrogates; some PDF writers put them between letters.
  return text.replaceAll("\0", "").toWellFormed();
}
