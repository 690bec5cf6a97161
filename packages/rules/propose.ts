import { locator } from "./locate.ts";
import { type ParsedRule, parseRule, type Terms } from "./parse.ts";

/** A sentence of a document that reads like a rule, at its place in UTF-16 units. */
export type Proposal = { text: string; start: number; end: number; parsed: ParsedRule };

const MIN_LENGTH = 12;
const MAX_LENGTH = 300;
/** Words by which a sentence that is not understood still sounds like a rule. */
const SOUNDS_LIKE_A_RULE =
  /\b(?:never|must(?: not| never)? be|may (?:not )?be|(?:needs?|requires?) (?:a |an |two |no |prior |written )?(?:approv\w*|reviewers?|persons?|people|review|sign-off)|(?:are|is) (?:not |never )?(?:allowed|permitted|forbidden|prohibited))\b/i;

const sentences = new Intl.Segmenter("en", { granularity: "sentence" });

/**
 * Sentences of a document that the language of rules understands, and those that sound like rules without being understood. They are
 * proposals: nothing follows from a document's text until somebody confirms it.
 */
export function proposeRules(document: string, terms: Terms = {}): Proposal[] {
  const found = new Map<string, Proposal>();
  for (const block of document.matchAll(/[^\n](?:[^\n]|\n(?!\s*(?:\n|[-*•|#>]|\d+[.)]\s)))*/g)) {
    if (/^\s*[|#]/.test(block[0])) continue; // tables and headings state no rule of their own
    // A line's end ends no sentence; as a space it keeps every place.
    for (const { segment, index } of sentences.segment(block[0].replaceAll("\n", " "))) {
      const lead = /^[\s>*_•-]*(?:\(?(?:\d+(?:\.\d+)*|[a-z])[.)]\s+)?[\s*_"]*/.exec(segment)?.[0].length ?? 0;
      const text = segment.slice(lead).trimEnd();
      const said = text.replaceAll(/\s+/g, " ").replaceAll(/[*_]{2}/g, "");
      if (said.length < MIN_LENGTH || said.length > MAX_LENGTH || found.has(said)) continue;
      const parsed = parseRule(said, terms);
      if (!parsed.ok && !SOUNDS_LIKE_A_RULE.test(said)) continue;
      const start = block.index + index + lead;
      found.set(said, { text: said, start, end: start + text.length, parsed });
    }
  }
  return [...found.values()];
}

/** Where a document says a rule, whatever the white space between its words; null where it does not. */
export const locateRule = (document: string, rule: string) => locator(document).of(rule);
