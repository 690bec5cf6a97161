const NUMBER = String.raw`two|three|four|five|six|seven|eight|nine|ten|both|several|multiple|many|[2-9]|[1-9]\d+`;
const PERSON = "people|persons?|humans?|reviewers?|approvers?|approvals?|reviews?|signatures?|signers?|eyes|pairs? of eyes";
/** Words that say "more than one" by themselves, and people in the plural. */
const SAYS_SO =
  /\b(?:two|both|dual|double|twice|second|another|pair|couple|joint|jointly|co-?sign(?:ed|s)?|several|multiple|people|persons|humans|reviewers|approvers|approvals|signatures|signers|eyes)\b/;
const COUNTS = new RegExp(String.raw`\b(?:${NUMBER})\b[\s-]{1,3}(?:[\p{L}-]{1,30}\s{1,3}){0,3}(?:${PERSON})\b`, "u");
/** Cedar's annotation, whatever it says beside one. */
const ANNOTATED = /@approvals\s*\(\s*"(?!1")/;
const ONE_ANNOTATED = /@approvals\s*\(\s*"1"/g;

/**
 * How many people a rule speaks of that could not be read. What sounds like more than one counts as two: a rule must not ask for fewer
 * because of how it was written.
 *
 * @example peopleSpokenOf("Big payments want two managers") // 2
 */
export function peopleSpokenOf(text: string): 1 | 2 {
  const plain = text.normalize("NFKC").toLowerCase().replaceAll(ONE_ANNOTATED, "");
  return SAYS_SO.test(plain) || COUNTS.test(plain) || ANNOTATED.test(plain) ? 2 : 1;
}
