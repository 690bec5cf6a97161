import type { EvaluateRequest } from "@ledgix/contract/judge";
import { type Governing, governing } from "@ledgix/governing/governing";
import { countApprovals, ratesRead } from "@ledgix/governing/rates";
import { sayDemand } from "@ledgix/governing/say-demand";
import { ruledCall } from "@ledgix/governing/settle-call";
import { settle, strictestDemand, UNRULED } from "@ledgix/rules/settle";
import type { Queryable } from "@ledgix/tenancy/database";

/** What rules ask of a request that nobody judged. */
export type RulesDemand = {
  approvals: 1 | 2;
  /** In sentences for the reviewers; null where there is nothing to say. */
  why: string | null;
};

/**
 * What the rules in force ask of a request while the judge is away. They approve nothing here, and deny nothing: a person decides, and hears
 * of a rule that would deny. Where the rules cannot be asked, the strictest that any of them could ask for holds; where they cannot even be
 * read, two people must approve.
 */
export async function askRules(
  database: Queryable,
  request: EvaluateRequest,
  onError: (error: unknown) => void,
): Promise<RulesDemand> {
  let governed: Governing;
  try {
    governed = await governing(database, request.tool_name);
  } catch (error) {
    onError(error);
    return { approvals: 2, why: "Two people must approve, since your policies could not be read." };
  }
  try {
    const settled = governed.policies.length === 0 ? UNRULED : await settledNow(database, governed, request);
    const denying = settled.effect === "deny" ? governed.rules[settled.rules[0] ?? -1] : undefined;
    const said = [denying && `Your rule denies this call: ${denying.text}`, sayDemand(governed, settled)].filter(Boolean);
    return { approvals: settled.approvals, why: said.length > 0 ? said.join(" ") : null };
  } catch (error) {
    onError(error);
    const strictest = strictestDemand(governed.set);
    return { approvals: strictest.approvals, why: sayDemand(governed, strictest) };
  }
}

async function settledNow(database: Queryable, governed: Governing, request: EvaluateRequest) {
  const rates = await countApprovals(database, ratesRead(governed.set.reads), {
    requestId: request.request_id,
    toolName: request.tool_name,
    agentId: request.agent_id,
    principal: request.human_principal ?? null,
  });
  return settle(governed.set, ruledCall(request, rates), governed.mapping);
}
