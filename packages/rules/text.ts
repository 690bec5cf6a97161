/**
 * Texts are compared in lower case, in Unicode's compatibility form (NFKC). A text that may look like another one compares with nothing:
 * it holds what cannot be seen (zero-width and bidirectional marks, controls), or letters that a rule's own words do not have and that
 * are not those of Western European languages, such as a Cyrillic "а" in a Latin word.
 *
 * @param known characters that count as plain: those of the rules' own words
 * @returns null for a text that cannot be compared safely
 */
export function foldText(value: string, known = ""): string | null {
  const folded = value.normalize("NFKC").toLowerCase().trim();
  const plain = new Set(known.toLowerCase());
  for (const char of folded) {
    if (PLAIN.test(char) || plain.has(char)) continue;
    return null;
  }
  return folded;
}

/** Printable ASCII, and the letters of Latin-1 but for the ordinal marks, which NFKC resolves. */
const PLAIN = /^[\u0020-\u007e\u00df-\u00f6\u00f8-\u00ff\u20ac\u00a3\u00a5]$/u;
