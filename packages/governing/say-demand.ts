import type { Demand } from "@ledgix/rules/settle";
import type { Governing } from "./governing.ts";

/** Characters of a rule that a reason repeats: what an expert wrote in Cedar may be long. */
const MAX_RULE = 600;

/**
 * Why two people must approve, in sentences for those two; null where one is enough.
 *
 * @example "Two people must approve, since this rule may apply: Payments over 10 EUR need two reviewers. The argument amount is missing."
 */
export function sayDemand({ rules }: Pick<Governing, "rules">, { approvals, demandedBy }: Demand): string | null {
  if (approvals === 1) return null;
  const written = demandedBy && rules[demandedBy.rule];
  if (!written) return "Two people must approve.";
  const rule = sentence(written.text.trim());
  if (demandedBy.why === null) return `Two people must approve, since this rule asks for them: ${rule}`;
  const doubts = written.rule === null ? ["It could not be read."] : [...new Set(demandedBy.why)];
  return ["Two people must approve, since this rule may apply:", rule, ...doubts].join(" ");
}

const sentence = (text: string) => (text.length > MAX_RULE ? `${text.slice(0, MAX_RULE)}…` : `${text.replace(/\.$/, "")}.`);
