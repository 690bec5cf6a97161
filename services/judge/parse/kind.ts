import { readCsv } from "./csv.ts";
import { type Reader, Unreadable } from "./document.ts";
import { readDocx } from "./docx.ts";
import { readHtml } from "./html.ts";
import { readPdf } from "./pdf.ts";
import { readMarkdown, readPlainText } from "./text.ts";

const readers: Record<string, { reader: Reader; magic: "pdf" | "zip" | null }> = {
  pdf: { reader: readPdf, magic: "pdf" },
  docx: { reader: readDocx, magic: "zip" },
  html: { reader: readHtml, magic: null },
  htm: { reader: readHtml, magic: null },
  md: { reader: readMarkdown, magic: null },
  markdown: { reader: readMarkdown, magic: null },
  txt: { reader: readPlainText, magic: null },
  csv: { reader: readCsv, magic: null },
};

/** Names that a document may end with. */
export const extensions = Object.keys(readers);

/** The reader for a file, by its name and by how its bytes begin. @throws {Unreadable} */
export function readerFor(fileName: string, bytes: Uint8Array): Reader {
  const extension = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const found = readers[extension];
  if (extension === "docm")
    throw new Unreadable("has_macros", "The file may hold macros. Save it as .docx without macros and upload that.");
  if (found === undefined)
    throw new Unreadable(
      "unsupported",
      "Upload PDF, Word (.docx), Markdown, HTML, plain text or CSV. Convert other formats first.",
    );
  if (bytes.length === 0) throw new Unreadable("empty", "The file is empty.");
  const magic = magicOf(bytes);
  if (magic === "ole")
    throw extension === "docx"
      ? new Unreadable(
          "encrypted",
          "The document is protected by a password, or in Word's old format. Save an unprotected .docx.",
        )
      : new Unreadable(
          "mislabelled",
          `The file is not what its name says: it begins like an old Office document, not like .${extension}.`,
        );
  if (magic !== found.magic) {
    const begins = magic === null ? "plain text" : magic === "zip" ? "a ZIP archive" : `a .${magic} file`;
    throw new Unreadable("mislabelled", `The file is not what its name says: it begins like ${begins}, not like .${extension}.`);
  }
  return found.reader;
}

function magicOf(bytes: Uint8Array): "pdf" | "zip" | "ole" | "png" | "exe" | null {
  const begins = (...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);
  // A PDF's header may stand anywhere in its first kilobyte (ISO 32000-1, annex H.3.4.1).
  if (Buffer.from(bytes.subarray(0, 1024)).includes("%PDF-")) return "pdf";
  if (begins(0x50, 0x4b, 0x03, 0x04) || begins(0x50, 0x4b, 0x05, 0x06)) return "zip";
  if (begins(0xd0, 0xcf, 0x11, 0xe0)) return "ole";
  if (begins(0x89, 0x50, 0x4e, 0x47)) return "png";
  return begins(0x4d, 0x5a) || begins(0x7f, 0x45, 0x4c, 0x46) ? "exe" : null;
}
