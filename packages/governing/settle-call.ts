import type { EvaluateRequest } from "@ledgix/contract/judge";
import type { RuledCall } from "@ledgix/rules/facts";
import { type Settlement, settle, UNRULED } from "@ledgix/rules/settle";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import type { Governing } from "./governing.ts";
import { type Counting, countApprovals, lockTool, noteUse, ratesRead } from "./rates.ts";

type Call = Omit<EvaluateRequest, "client_id" | "request_id" | "session_id">;

/** A request as rules see it. */
export function ruledCall(call: Call, rates: Record<string, number>): RuledCall {
  return {
    tool_name: call.tool_name,
    tool_args: call.tool_args,
    agent_id: call.agent_id,
    principal: call.human_principal ?? null,
    destination: call.destination ?? null,
    purpose: call.purpose ?? null,
    data_categories: call.data_categories,
    at: call.at === undefined ? new Date() : new Date(call.at),
    rates,
  };
}

/**
 * What the rules say about a request. Where one of them counts, counting and noting the approval are one transaction under a lock of the
 * tool, so that a limit of five lets five pass, however many ask at once.
 */
export async function settleCall(database: Database, governed: Governing, request: EvaluateRequest): Promise<Settlement> {
  if (!isCounting(governed)) return settle(governed.set, ruledCall(request, {}), governed.mapping);
  return database.transaction(async (transaction) => {
    const settled = await settleWithin(transaction, governed, request);
    if (settled.effect === "allow" && !request.is_trial) await noteUse(transaction, countingOf(request));
    return settled;
  });
}

/**
 * The same within the caller's transaction, which notes the approval by itself with `noteUse`, where it comes to one and `isCounting`. Until it
 * ends, nobody else counts calls of the tool.
 */
export async function settleWithin(transaction: Queryable, governed: Governing, request: EvaluateRequest): Promise<Settlement> {
  if (governed.policies.length === 0) return UNRULED;
  const keys = ratesRead(governed.set.reads);
  if (keys.length > 0) await lockTool(transaction, request.tool_name);
  const rates = await countApprovals(transaction, keys, countingOf(request));
  return settle(governed.set, ruledCall(request, rates), governed.mapping);
}

/** Whether a rule asks how many calls were approved before. */
export const isCounting = (governed: Governing): boolean => ratesRead(governed.set.reads).length > 0;

/** Who asks, for counting. */
export const countingOf = (request: EvaluateRequest): Counting => ({
  requestId: request.request_id,
  toolName: request.tool_name,
  agentId: request.agent_id,
  principal: request.human_principal ?? null,
});
