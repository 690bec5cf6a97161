import type { ReasonCode } from "@ledgix/contract/clearance";
import type { Governing, WrittenRule } from "@ledgix/governing/governing";
import { sayDemand } from "@ledgix/governing/say-demand";
import type { Settlement } from "@ledgix/rules/settle";

/** Why rules pause a call: one that asks for people, one that may, or both. */
export function whyPaused(governed: Governing, settled: Settlement): { reason: string; code: ReasonCode; cited: WrittenRule[] } {
  const at = (rule: number | undefined) => (rule === undefined ? undefined : governed.rules[rule]);
  const { demandedBy } = settled;
  const [asking, demanding] = [at(settled.rules[0]), at(demandedBy?.rule)];
  if (demanding && demandedBy?.why === null)
    return { reason: `Your rule asks for two people: ${demanding.text}`, code: "rule_review", cited: [demanding] };
  const demand = sayDemand(governed, settled);
  const unsure = demanding ?? at(settled.unsure[0]?.rule);
  const cited = unsure ? [unsure] : [];
  if (asking) {
    const reason = [`Your rule asks for a person: ${asking.text}`, demand].filter(Boolean).join(" ");
    return { reason, code: "rule_review", cited: demanding ? cited : [] };
  }
  const code = unsure?.rule === null ? "rule_unreadable" : "rule_unsure";
  return { reason: demand ?? whyUnsure(unsure, settled), code, cited };
}

function whyUnsure(rule: WrittenRule | undefined, settled: Settlement): string {
  if (rule?.rule === null) return `A rule of ${rule.policy.title} could not be read: ${rule.text}`;
  const why = settled.unsure[0]?.why.join(" ") || "Something that it asks about is missing.";
  return `A rule cannot be applied: ${rule?.text} ${why}`;
}
