import type { Reads } from "@ledgix/rules/reads";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** Who asks, for counting. */
export type Counting = { requestId: string; toolName: string; agentId: string; principal: string | null };

const windows: Record<string, string> = { minute: "1 minute", hour: "1 hour", day: "1 day", week: "7 days" };

/** What is counted, such as `hour/agent`. */
export function ratesRead(reads: Reads): string[] {
  return [...reads.attributes]
    .filter((attribute) => attribute.startsWith("rate/"))
    .map((attribute) => attribute.slice("rate/".length));
}

/**
 * Approvals of the same tool before this one, by rules and by people, each request once. Exact only under `lockTool`, within one
 * transaction with `noteUse`.
 */
export async function countApprovals(database: Queryable, keys: string[], who: Counting): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) {
    const [window = "", per] = key.split("/");
    const span = windows[window];
    if (span === undefined || (per === "principal" && who.principal === null)) continue; // not counted: the rule is unsure
    const row = await database.row(
      z.object({ count: z.coerce.number() }),
      `select count(*) as count from (
         select request_id from rule_uses where tool_name = $1 and used_at > clock_timestamp() - $2::interval
           and ($3 <> 'agent' or agent_id = $4) and ($3 <> 'principal' or human_principal = $5)
         union
         select request_id from clearance_requests where status = 'approved' and tool_name = $1
           and decided_at > clock_timestamp() - $2::interval
           and ($3 <> 'agent' or agent_id = $4) and ($3 <> 'principal' or human_principal = $5)
       ) uses where request_id <> $6::uuid`,
      [who.toolName, span, per ?? "tenant", who.agentId, who.principal, who.requestId],
    );
    counts[key] = row?.count ?? 0;
  }
  return counts;
}

/** Makes everybody who counts approvals of this tool wait for one another, until the transaction ends. */
export async function lockTool(transaction: Queryable, toolName: string): Promise<void> {
  await transaction.run("select pg_advisory_xact_lock(7346022, hashtext($1))", [toolName]);
}

/** Counts this approval, once however often the request is judged. */
export async function noteUse(transaction: Queryable, who: Counting): Promise<void> {
  await transaction.run(
    "insert into rule_uses (request_id, tool_name, agent_id, human_principal) values ($1, $2, $3, $4) on conflict do nothing",
    [who.requestId, who.toolName, who.agentId, who.principal],
  );
}
