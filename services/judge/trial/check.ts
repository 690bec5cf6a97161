import type { EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import { type Governing, governing, type Instead } from "@ledgix/governing/governing";
import { ruledCall } from "@ledgix/governing/settle-call";
import { settle } from "@ledgix/rules/settle";
import type { Database } from "@ledgix/tenancy/database";
import { answerTo } from "../evaluate/evaluate.ts";

type Call = Omit<EvaluateRequest, "client_id" | "request_id" | "session_id">;
type Checked = Pick<EvaluateAnswer, "verdict" | "reason" | "reason_code">;

/** What rules alone say to calls under a version: without passages, without a model, without counting what was approved elsewhere. */
export async function checkCalls(database: Database, calls: Call[], draft: string, instead: Instead = {}): Promise<Checked[]> {
  const governed = new Map<string, Governing>();
  const checked: Checked[] = [];
  for (const call of calls) {
    let own = governed.get(call.tool_name);
    if (own === undefined) {
      own = await governing(database, call.tool_name, draft, instead);
      governed.set(call.tool_name, own);
    }
    checked.push(await checkCall(database, own, call, {}));
  }
  return checked;
}

export async function checkCall(
  database: Database,
  governed: Governing,
  call: Call,
  rates: Record<string, number>,
): Promise<Checked> {
  const settled = settle(governed.set, ruledCall(call, rates), governed.mapping);
  const request = { ...call, client_id: "", request_id: "", session_id: "" };
  const { verdict, reason, reason_code } = await answerTo(
    database,
    { retrieve: async () => [], model: null },
    request,
    governed,
    settled,
  );
  return { verdict, reason, reason_code };
}
