import { createHash } from "node:crypto";
import type { CaseResult } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import type { ToolMapping } from "@ledgix/contract/tool";
import type { Terms } from "@ledgix/rules/parse";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { describeFailed, runCases } from "./cases.ts";

/** What rules go by beside their own words, as it would be. */
export type Knowledge = { mapping?: { tool_name: string; mapping: ToolMapping | null }; terms?: Terms };

/** To be called in the transaction that changes something: throws where what the cases were run on has moved meanwhile. */
export type Unmoved = (transaction: Queryable) => Promise<void>;

const touched = z.object({ policy_id: z.string(), policy_version_id: z.string(), title: z.string() });

/**
 * Runs the test cases of every policy that is, or is to be, in force and that a change of a mapping or of terms touches. A case that fails
 * already, and goes on failing the same way, is not the change's doing.
 *
 * @throws {ProblemError} `cases_failed` that names each case that the change would make fail · `judge_unavailable`
 */
export async function assertKeepsCases(deps: VaultDependencies, clientId: string, change: Knowledge): Promise<Unmoved> {
  const database = await deps.tenants.database(clientId);
  const tool = change.mapping?.tool_name ?? null;
  const versions = await database.rows(
    touched,
    `select policy_id, policy_version_id, title from policy_versions v
     where (effective_from > now() or policy_version_id in (select policy_version_id from policies_in_force))
       and exists (select from policy_cases c where c.policy_id = v.policy_id and ($1::text is null or c.call ->> 'tool_name' = $1))
     order by lower(title), version`,
    [tool],
  );
  const unmoved = await holdKnowledge(database, versions.length > 0);
  const broken: string[] = [];
  for (const { policy_id, policy_version_id, title } of versions) {
    const ofTool = ({ call }: CaseResult) => tool === null || call.tool_name === tool;
    const after = (await runCases(deps, clientId, policy_id, policy_version_id, change)).filter(ofTool);
    if (after.every(({ passed }) => passed)) continue;
    const before = await runCases(deps, clientId, policy_id, policy_version_id);
    const verdicts = new Map(before.map(({ case_id, verdict }) => [case_id, verdict]));
    const failed = after.filter(({ case_id, passed, verdict }) => !passed && verdicts.get(case_id) !== verdict);
    broken.push(...failed.map((each) => `${title}, ${describeFailed(each)}`));
  }
  if (broken.length > 0) throw new ProblemError("cases_failed", `${broken.join("; ")}.`);
  return unmoved;
}

/**
 * Notes what verdicts rest on. Two changes at once could each pass the cases by themselves and fail them together: the later one is told to
 * try again. Nothing is held meanwhile, since the judge reads the same database.
 */
export async function holdKnowledge(database: Queryable, isTested: boolean): Promise<Unmoved> {
  if (!isTested) return async () => {};
  const seen = await fingerprint(database);
  return async (transaction) => {
    await transaction.run("select pg_advisory_xact_lock(7346023)");
    if ((await fingerprint(transaction)) === seen) return;
    throw new ProblemError("changed_meanwhile", "Somebody changed policies, mappings, terms or test cases meanwhile. Try again.");
  };
}

async function fingerprint(database: Queryable): Promise<string> {
  const row = await database.row(
    z.object({ mappings: z.string(), terms: z.string(), policies: z.string(), cases: z.string() }),
    `select
       coalesce((select string_agg(tool_name || ' ' || mapping::text, ',' order by tool_name) from tool_mappings), '') as mappings,
       coalesce((select string_agg(phrase || ' ' || meaning, ',' order by phrase) from policy_terms), '') as terms,
       coalesce((select string_agg(policy_version_id::text, ',' order by policy_id) from policies_in_force), '') as policies,
       coalesce((select string_agg(case_id::text, ',' order by case_id) from policy_cases), '') as cases`,
  );
  return createHash("sha256").update(JSON.stringify(row)).digest("hex");
}
