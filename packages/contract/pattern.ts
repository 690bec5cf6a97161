/** Stars in one pattern, at most. Matching does not need it; whoever reads a rule does. */
export const MAX_STARS = 10;

/**
 * Whether a name is one of those that a pattern stands for: `*` stands for any characters, case does not count.
 *
 * Each piece between two stars is looked for once, from where the one before it ended, so the work grows with the two lengths and never with
 * the ways to share a name out among the stars.
 *
 * @example matchesPattern("pay_*", "Pay_out") // true
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const text = name.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

/** A name with stars, as a person writes it. What was kept before there was a limit is read as it is. */
export const fewStars = (pattern: string) => pattern.split("*").length - 1 <= MAX_STARS;

/** What is said of one with more. */
export const TOO_MANY_STARS = `may have ${MAX_STARS} stars (*); write two patterns instead`;
