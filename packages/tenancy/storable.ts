import type { Parameter } from "./database.ts";

/**
 * A text that PostgreSQL can store: it has no room for U+0000, and UTF-8 none for half a surrogate pair. Both become U+FFFD, and are not
 * left out: a name that holds one must not become another name.
 */
export function storableText(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd").toWellFormed() : text.toWellFormed();
}

/** Whatever a caller sent, no text of it can break a statement, and with it the decision about a request. */
export function storable(parameter: Parameter): Parameter {
  if (typeof parameter === "string") return storableText(parameter);
  // Lists are of one kind; only those of texts hold texts.
  return Array.isArray(parameter)
    ? (parameter.map((item) => (typeof item === "string" ? storableText(item) : item)) as Parameter)
    : parameter;
}
