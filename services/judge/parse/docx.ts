import mammoth from "mammoth";
import { type Reader, Unreadable } from "./document.ts";
import { markdownOf } from "./html.ts";

/** Bytes that the archive may unpack to; a thousand pages of Word have some ten million. */
const MAX_UNPACKED = 100 * 1024 * 1024;
const MAX_ENTRIES = 5_000;

/** A Word document by mammoth, headings and tables kept. */
export const readDocx: Reader = async (bytes) => {
  const entries = directoryOf(bytes);
  if (entries === null)
    throw new Unreadable("truncated", "The file ends too early: its table of contents is missing. Upload it again.");
  const names = entries.map(({ name }) => name);
  if (names.some((name) => /vbaProject\.bin$/i.test(name)))
    throw new Unreadable("has_macros", "The document holds macros. Save it as .docx without macros and upload that.");
  if (!names.includes("word/document.xml"))
    throw new Unreadable("mislabelled", "The file is a ZIP archive, but no Word document. Upload the document itself.");
  const unpacked = entries.reduce((sum, { size }) => sum + size, 0);
  if (unpacked > MAX_UNPACKED || entries.length > MAX_ENTRIES)
    throw new Unreadable(
      "too_complex",
      "The document unpacks to far more than a policy needs. Split it, or take its pictures out.",
    );
  const { value } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes) },
    { convertImage: mammoth.images.imgElement(async () => ({ src: "" })) },
  );
  return { content: markdownOf(value), media_type: "text/markdown", pages: [] };
};

/** What a ZIP archive says it holds, from its central directory (APPNOTE.TXT 4.3.12); null where that is not there. */
function directoryOf(bytes: Uint8Array): { name: string; size: number }[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  const earliest = Math.max(0, end - 65_535);
  while (end >= earliest && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < earliest || end < 0) return null;
  const entries: { name: string; size: number }[] = [];
  let at = view.getUint32(end + 16, true);
  while (at + 46 <= end && view.getUint32(at, true) === 0x02014b50 && entries.length <= MAX_ENTRIES) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ]; // three offsets
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString("utf8");
    entries.push({ name, size: view.getUint32(at + 24, true) });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}
