import type { BacktestGroup } from "@ledgix/contract/backtest";
import { ProblemError } from "@ledgix/contract/problem";
import { type Governing, governing } from "@ledgix/governing/governing";
import { ratesRead } from "@ledgix/governing/rates";
import { describeCall } from "@ledgix/sentence/describe";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { checkCall } from "./check.ts";
import { callOf, PAST_COLUMNS, type PastRequest, pastRequest } from "./history.ts";

/** Requests that are read at once; progress is written after each. */
const PAGE = 500;
/** Examples that a group keeps. */
const EXAMPLES = 5;

const row = z.object({ policy_version_id: z.string(), days: z.number(), tools: z.array(z.string()) });

/**
 * Holds a draft against past requests, the oldest first, so that what counts ("at most 5 an hour") is counted as the draft would have.
 * Rules alone are asked: what they leave to a person or a model counts as a pause. It writes its progress, and begins anew where it was
 * stopped.
 */
export async function runBacktest(database: Database, backtestId: string): Promise<void> {
  const backtest = await database.row(
    row,
    `select b.policy_version_id, b.days, v.tools from backtests b join policy_versions v using (policy_version_id)
     where backtest_id = $1 and state = 'running'`,
    [backtestId],
  );
  if (backtest === null) throw new ProblemError("not_found", "There is no running backtest of this id.");
  const tools = await toolsTouched(database, backtest.policy_version_id);
  const scope =
    "status <> 'processing' and requested_at > now() - make_interval(days => $1) and (cardinality($2::text[]) = 0 or tool_name = any($2))";
  const counted = await database.row(
    z.object({ count: z.coerce.number() }),
    `select count(*) as count from clearance_requests where ${scope}`,
    [backtest.days, tools],
  );
  const total = counted?.count ?? 0;
  const run = backtestRun(database, backtest.policy_version_id);
  let after: PastRequest | null = null;
  for (;;) {
    const page: PastRequest[] = await database.rows(
      pastRequest,
      `select ${PAST_COLUMNS} from clearance_requests where ${scope}
         and ($3::timestamptz is null or (requested_at, request_id) > ($3, $4::uuid))
       order by requested_at, request_id limit ${PAGE}`,
      [backtest.days, tools, after?.requested_at ?? null, after?.request_id ?? null],
    );
    for (const past of page) if (past.record === "intact") await run.look(past);
    after = page.at(-1) ?? after;
    const isLast = page.length < PAGE;
    const written = await database.run(
      `update backtests set state = $2, done = $3, total = $4, result = $5::json, touched_at = now()
       where backtest_id = $1 and state = 'running'`,
      [backtestId, isLast ? "done" : "running", run.done(), Math.max(total, run.done()), JSON.stringify(run.result())],
    );
    if (isLast || written === 0) return;
  }
}

/** The tools that the draft covers, and those that the version before it covered: dropping one changes its requests too. Empty: all. */
async function toolsTouched(database: Database, policyVersionId: string): Promise<string[]> {
  const versions = await database.rows(
    z.object({ tools: z.array(z.string()) }),
    `select tools from policy_versions where policy_version_id = $1
     union all select f.tools from policies_in_force f join policy_versions v on v.policy_id = f.policy_id where v.policy_version_id = $1`,
    [policyVersionId],
  );
  return versions.some(({ tools }) => tools.length === 0) ? [] : [...new Set(versions.flatMap(({ tools }) => tools))];
}

function backtestRun(database: Database, draft: string) {
  const groups = new Map<string, BacktestGroup>();
  const governed = new Map<string, Governing>();
  const approvals = approvalCounter();
  let done = 0;
  let unchanged = 0;
  return {
    done: () => done,
    result: () => ({ groups: [...groups.values()].toSorted(byWeight), unchanged, changed: done - unchanged }),
    async look(past: PastRequest): Promise<void> {
      done++;
      let own = governed.get(past.tool_name);
      if (own === undefined) {
        own = await governing(database, past.tool_name, draft);
        governed.set(past.tool_name, own);
      }
      const checked = await checkCall(database, own, callOf(past), approvals.before(past, ratesRead(own.set.reads)));
      const was = past.paused_at !== null ? "review" : past.status === "denied" ? "deny" : "allow";
      const isApproved = checked.verdict === "allow" || (checked.verdict === "review" && past.status === "approved");
      if (isApproved) approvals.add(past);
      if (checked.verdict === was) {
        unchanged++;
        return;
      }
      const key = JSON.stringify([past.tool_name, was, checked.verdict, checked.reason]);
      const group = groups.get(key) ?? {
        tool_name: past.tool_name,
        was,
        would_be: checked.verdict,
        reason: checked.reason,
        count: 0,
        people: { approved: 0, denied: 0, waiting: 0 },
        examples: [],
      };
      groups.set(key, group);
      group.count++;
      if (was === "review")
        group.people[past.status === "approved" ? "approved" : past.status === "denied" ? "denied" : "waiting"]++;
      const { agent, text } = describeCall(past);
      if (group.examples.length < EXAMPLES)
        group.examples.push({ request_id: past.request_id, sentence: `${agent} ${text}`, at: past.requested_at.toISOString() });
    },
  };
}

/** What would pass although people denied it comes first, then what would pass, then the rest; larger groups first. */
function byWeight(a: BacktestGroup, b: BacktestGroup): number {
  const weight = (group: BacktestGroup) =>
    (group.would_be === "allow" ? 1 : 0) + (group.would_be === "allow" && group.people.denied > 0 ? 1 : 0);
  return weight(b) - weight(a) || b.count - a.count;
}

const spans: Record<string, number> = { minute: 60, hour: 3_600, day: 86_400, week: 604_800 };

/** Approvals as the draft would have given them, for rules that count. */
function approvalCounter() {
  const given = new Map<string, { at: number; agent: string; principal: string | null }[]>();
  return {
    add({ tool_name, agent_id, human_principal, requested_at }: PastRequest) {
      const list = given.get(tool_name) ?? [];
      given.set(tool_name, list);
      list.push({ at: requested_at.getTime(), agent: agent_id, principal: human_principal });
    },
    before(past: PastRequest, keys: string[]): Record<string, number> {
      const list = given.get(past.tool_name) ?? [];
      return Object.fromEntries(
        keys.map((key) => {
          const [window = "", per] = key.split("/");
          const since = past.requested_at.getTime() - (spans[window] ?? 0) * 1000;
          let count = 0;
          for (let i = list.length - 1; i >= 0; i--) {
            const use = list[i];
            if (use === undefined || use.at <= since) break;
            if (per === "agent" && use.agent !== past.agent_id) continue;
            if (per === "principal" && use.principal !== past.human_principal) continue;
            count++;
          }
          return [key, count];
        }),
      );
    },
  };
}
