import { holdsApiKey, KEY_IN_TEXT } from "@ledgix/contract/key-in-text";
import { ProblemError } from "@ledgix/contract/problem";

/** Bytes of an uploaded document. */
export const MAX_DOCUMENT_BYTES = 5 * 1024 * 1024;

const mediaTypes: Record<string, string> = { md: "text/markdown", markdown: "text/markdown", txt: "text/plain" };

/** Reads an uploaded Markdown or text file. @throws {ProblemError} `unsupported_document` · `body_too_large` · `invalid_body` */
export async function readDocument(file: File): Promise<{ content: string; mediaType: string }> {
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? "";
  const mediaType = mediaTypes[extension];
  if (mediaType === undefined) {
    throw new ProblemError(
      "unsupported_document",
      "Upload Markdown (.md) or plain text (.txt). Other formats must be converted first.",
    );
  }
  if (file.size > MAX_DOCUMENT_BYTES) {
    throw new ProblemError("body_too_large", `A document may hold up to ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB. Split this one.`);
  }
  let content: string;
  try {
    content = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new ProblemError("unsupported_document", "The file is not text in UTF-8. Save it as UTF-8 and upload it again.");
  }
  if (content.includes("\0")) throw new ProblemError("unsupported_document", "The file holds binary data, not text.");
  if (holdsApiKey(content)) throw new ProblemError("invalid_body", KEY_IN_TEXT);
  if (content.trim() === "") throw new ProblemError("invalid_body", "The file is empty.");
  return { content, mediaType };
}

/** A policy id from a document's name: "Refund policy 2026.md" becomes `refund-policy-2026`. */
export function policyIdOf(documentName: string): string {
  const slug = documentName
    .replace(/\.[a-z0-9]+$/i, "")
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 80);
  return slug || "policy";
}
