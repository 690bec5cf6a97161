import { type Node, grammar as ohmGrammar } from "ohm-js";
import { grammar } from "./grammar.ts";
import { isCurrency } from "./rule.ts";

const language = ohmGrammar(grammar);

/** The parse tree of a sentence: what a node is called, where it stands, and what it holds. `meaning.ts` gives it its meaning. */
export type Tree = { rule: string; from: number; to: number; parts: Tree[] };

/** Reads a text by the grammar. @returns its tree, or what is not understood and what usually helps */
export function treeOf(text: string, start: "Rule" | "Conditions"): { tree: Tree } | { problem: string } {
  const match = language.match(lowerCase(text), start);
  return match.failed() ? { problem: whyNot(text, match.getRightmostFailurePosition()) } : { tree: reading(match).tree() };
}

/** White space and the full stop of a sentence say nothing. */
export const trimmed = (sentence: string): string =>
  sentence
    .trim()
    .replace(/\s*\.$/, "")
    .replaceAll(/\s+/g, " ");

/** ASCII alone, so that every place in the lower-case text is the same place in the sentence. */
const lowerCase = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

const reading = language.createSemantics().addOperation<Tree>("tree", {
  _nonterminal(...children: Node[]) {
    return tree(this, children);
  },
  _iter(...children: Node[]) {
    return tree(this, children);
  },
  _terminal() {
    return tree(this, []);
  },
});
const tree = (node: Node, children: Node[]): Tree => ({
  rule: node.ctorName,
  from: node.source.startIdx,
  to: node.source.endIdx,
  parts: children.map((child) => child.tree()),
});
/** All nodes of these kinds below a node, outermost first; not those within another one of them. */
export function find(node: Tree, ...rules: string[]): Tree[] {
  return node.parts.flatMap((part) => (rules.includes(part.rule) ? [part] : find(part, ...rules)));
}

/** The alternative of a rule that was taken: `Amount_over` of `Amount`; a rule without alternatives is its own. */
export const caseOf = (node: Tree): Tree => (node.parts[0]?.rule.startsWith(`${node.rule}_`) ? node.parts[0] : node);

export function only(node: Tree, rule: string): Tree {
  const [found] = find(node, rule);
  if (found === undefined) throw new TypeError(`the grammar has no ${rule} below ${node.rule}`);
  return found;
}

/** What was read, where it stopped, and what usually helps. */
function whyNot(text: string, at: number): string {
  // Within a word, the whole word is what is not understood.
  const from = text.lastIndexOf(" ", at - 1) + 1;
  const stop = at > 0 && text[at - 1] !== " " && at < text.length && text[at] !== " " ? from : at;
  const rest = text.slice(stop).trim();
  const understood = text.slice(0, stop).trim();
  const where =
    understood === "" || rest === text
      ? "I do not understand this sentence."
      : rest === ""
        ? `"${understood}" does not say enough.`
        : `I understand "${understood}", but not "${rest}".`;
  return `${where} ${hintFor(text)}`;
}

function hintFor(text: string): string {
  const amount = /\b(?:over|up to|above|at most|under|more than|below|exceed)\s+[\d,.]*\d(?:\s*([a-z]{3})\b)?/i.exec(text);
  if (amount && !isCurrency((amount[1] ?? "").toUpperCase()) && !/\bis (?:over|at most)/i.test(text))
    return "Name the currency behind the amount, such as 100 USD.";
  if (/^(?:approve|allow|pause|review|deny|refuse)\b.*\bwhen\b/i.test(text))
    return "A condition reads: an argument's name, then is, is not, is one of, is at most, is over, is at least, is under, and a value.";
  if (/^never\b/i.test(text)) return 'Write "Never refund over 500 USD", or "Never refund to a …" with a term that you defined.';
  if (/\bshould\b/i.test(text)) return '"Should" leaves it open. Write "may be approved", "need a person" or "must be denied".';
  return 'Write "Refunds up to 100 USD may be approved", "Payments over 10,000 EUR need two reviewers", "Never …", or "Approve when …".';
}
