import { NotUnderstood, reader, type Terms } from "./meaning.ts";
import type { Condition, ParsedRule, Rule } from "./rule.ts";
import { treeOf, trimmed } from "./tree.ts";

export type { Terms } from "./meaning.ts";
export type { Effect, ParsedRule, Rule } from "./rule.ts";

/**
 * Reads one sentence.
 *
 * @returns the rule, or what is not understood about it and what to write instead
 * @example parseRule("Refunds up to 100 USD may be approved automatically.")
 */
export function parseRule(sentence: string, terms: Terms = {}): ParsedRule {
  const text = trimmed(sentence);
  const read = treeOf(text, "Rule");
  if ("problem" in read) return { ok: false, problem: read.problem };
  return understood(
    () => assertMeaning(reader(text, terms, meaningOfTerm).rule(read.tree)),
    (problem) => ({ ok: false, problem }),
  );
}

/** Conditions alone, as a term's meaning is written: "card_charged is false and channel is web". */
export function parseConditions(written: string, terms: Terms = {}): { conditions: Condition[] } | { problem: string } {
  const text = trimmed(written);
  const read = treeOf(text, "Conditions");
  if ("problem" in read) return read;
  return understood<{ conditions: Condition[] } | { problem: string }>(
    () => ({ conditions: reader(text, terms, meaningOfTerm).conditions(read.tree) }),
    (problem) => ({ problem }),
  );
}

/** A meaning is written without terms, so that none can run in circles. */
const meaningOfTerm = (meaning: string) => parseConditions(meaning);

function understood<Result>(work: () => Result, otherwise: (problem: string) => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotUnderstood) return otherwise(error.message);
    throw error;
  }
}

/** A rule that approves names what it approves. */
function assertMeaning(rule: Rule): ParsedRule {
  if (rule.effect !== "allow" || rule.conditions.length > 0) return { ok: true, rule };
  return { ok: false, problem: '"Approve always" would approve anything. Name a condition.' };
}
