import type { EvaluateRequest, TracedRule, TryAnswer } from "@ledgix/contract/judge";
import { type Governing, governing } from "@ledgix/governing/governing";
import { countApprovals, ratesRead } from "@ledgix/governing/rates";
import { ruledCall } from "@ledgix/governing/settle-call";
import { factsOf } from "@ledgix/rules/facts";
import { settle, trace } from "@ledgix/rules/settle";
import type { Database } from "@ledgix/tenancy/database";
import { answerTo, type Judging } from "../evaluate/evaluate.ts";

type Call = Omit<EvaluateRequest, "client_id" | "request_id" | "session_id">;

/** Nobody's request: nothing is written under it. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Judges a call as it would be judged now, or under a draft, and shows its working. It counts for nothing and is written nowhere. */
export async function tryCall(database: Database, judging: Judging, call: Call, draft: string | null): Promise<TryAnswer> {
  const clock = stopwatch();
  const governed = await governing(database, call.tool_name, draft);
  clock.lap("Read the policies");
  const rates = await countApprovals(database, ratesRead(governed.set.reads), {
    requestId: NOBODY,
    toolName: call.tool_name,
    agentId: call.agent_id,
    principal: call.human_principal ?? null,
  });
  const ruled = ruledCall(call, rates);
  const settled = settle(governed.set, ruled, governed.mapping);
  const rules = traceOf(governed, ruled);
  clock.lap("Ask the rules");
  const request: EvaluateRequest = { ...call, client_id: NOBODY, request_id: NOBODY, session_id: "" };
  const answer = await answerTo(database, judging, request, governed, settled);
  clock.lap(judging.model === null ? "Find passages" : "Find passages, ask the model");
  return { answer, rules, steps: clock.laps };
}

function traceOf(governed: Governing, call: ReturnType<typeof ruledCall>): TracedRule[] {
  const said = trace(governed.set, call, governed.mapping);
  const asked = governed.rules.map((written, i): TracedRule => {
    const reads = governed.set.readsOf[i];
    const missing = reads ? [...factsOf(call, governed.mapping, reads).missing.values()] : [];
    const why = written.problem === null ? (said[i] === "unsure" ? missing : []) : [written.problem];
    return { ...placeOf(written), holds: said[i] ?? "unsure", why };
  });
  const aside = governed.aside.map((written): TracedRule => ({ ...placeOf(written), holds: "no", why: [ASIDE] }));
  return [...asked, ...aside];
}

const ASIDE = "A sentence of this policy is not understood, and other policies cover this tool, so it approves nothing here.";

const placeOf = ({ policy, text, rule }: Governing["rules"][number]) => ({
  policy_id: policy.policy_id,
  policy_title: policy.title,
  policy_version_id: policy.policy_version_id,
  text,
  effect: rule?.effect ?? null,
});

function stopwatch() {
  const laps: { name: string; ms: number }[] = [];
  let since = performance.now();
  return {
    laps,
    lap(name: string) {
      const now = performance.now();
      laps.push({ name, ms: Math.round((now - since) * 100) / 100 });
      since = now;
    },
  };
}
