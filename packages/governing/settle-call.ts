import type { EvaluateRequest } from "@ledgix/contract/judge";
import type { RuledCall } from "@ledgix/rules/facts";
import { type Settlement, settle } from "@ledgix/rules/settle";
import type { Database } from "@ledgix/tenancy/database";
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
  const keys = ratesRead(governed.set.reads);
  if (keys.length === 0) return settle(governed.set, ruledCall(request, {}), governed.mapping);
  const who: Counting = {
    requestId: request.request_id,
    toolName: request.tool_name,
    agentId: request.agent_id,
    principal: request.human_principal ?? null,
  };
  return database.transaction(async (transaction) => {
    await lockTool(transaction, request.tool_name);
    const settled = settle(governed.set, ruledCall(request, await countApprovals(transaction, keys, who)), governed.mapping);
    if (settled.effect === "allow") await noteUse(transaction, who);
    return settled;
  });
}
