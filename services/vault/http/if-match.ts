import { ProblemError } from "@ledgix/contract/problem";
import type { Context } from "hono";

/** The versions that a caller saves over, without their quotes; `"*"`: whatever there is; null: the caller did not say. */
export type IfMatch = "*" | readonly string[] | null;

/** One entity tag of a list (RFC 9110 §8.8.3, §5.6.1: empty members of a list are skipped). */
const TAG = /[\t ,]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[\t ]*(?:,[\t ,]*|$)/y;

/**
 * Reads `If-Match`. A weak tag names nothing: the comparison is the strong one (RFC 9110 §13.1.1).
 *
 * @throws {ProblemError} `invalid_header`, so that a client that sends its tag wrongly does not take it for somebody's change
 */
export function readIfMatch(context: Context): IfMatch {
  const header = context.req.header("if-match");
  if (header === undefined) return null;
  if (header.trim() === "*") return "*";
  const tags: string[] = [];
  TAG.lastIndex = 0;
  do {
    const found = TAG.exec(header);
    if (found === null) {
      throw new ProblemError(
        "invalid_header",
        'If-Match holds no entity tags. Send the ETag as it came, with its quotes, such as "3.0f1e2d3c4b5a6978", or *.',
      );
    }
    if (found[1] === undefined && found[2] !== undefined) tags.push(found[2]);
  } while (TAG.lastIndex < header.length);
  return tags;
}

export const etagOf = ({ version }: { version: string }) => `"${version}"`;

/** Answers a settings document under its version. */
export function versioned<Document extends { version: string }>(context: Context, document: Document) {
  context.header("etag", etagOf(document));
  return context.json(document);
}
