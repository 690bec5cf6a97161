import type { InsteadOf } from "@ledgix/contract/judge";
import { type CaseResult, type newPolicyCase, type PolicyCase, policyCase } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type Principal, principalLabel } from "../access/principal.ts";
import { JudgeUnavailable } from "../adapters/judge-client.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { assertMember } from "./put-in-force.ts";

/** Cases that a policy may keep. */
const MAX_CASES = 200;

const caseRow = policyCase.extend({ created_at: z.date() });

/** The calls with the verdicts that a policy must give, the oldest first. */
export async function listCases(database: Queryable, policyId: string): Promise<PolicyCase[]> {
  const rows = await database.rows(
    caseRow,
    "select case_id, name, call, expected, created_at, created_by from policy_cases where policy_id = $1 order by created_at, case_id",
    [policyId],
  );
  return rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
}

/** @throws {ProblemError} `member_required` · `not_found` · `invalid_body` where there are too many */
export async function addCase(
  database: Queryable,
  principal: Principal,
  policyId: string,
  { name, call, expected }: z.output<typeof newPolicyCase>,
): Promise<void> {
  assertMember(principal, "change test cases");
  const known = await database.row(
    z.object({ cases: z.coerce.number() }),
    `select (select count(*) from policy_cases c where c.policy_id = p.policy_id) as cases from policies p where policy_id = $1`,
    [policyId],
  );
  if (known === null) throw new ProblemError("not_found", "There is no policy of this id.");
  if (known.cases >= MAX_CASES) throw new ProblemError("invalid_body", `A policy keeps up to ${MAX_CASES} test cases.`);
  await database.run(
    "insert into policy_cases (case_id, policy_id, name, call, expected, created_by) values ($1, $2, $3, $4::json, $5, $6)",
    [crypto.randomUUID(), policyId, name, JSON.stringify(call), expected, principalLabel(principal)],
  );
}

/** @throws {ProblemError} `member_required` · `not_found` */
export async function removeCase(database: Queryable, principal: Principal, policyId: string, caseId: string): Promise<void> {
  assertMember(principal, "change test cases");
  const isId = z.uuid().safeParse(caseId).success;
  const removed = isId
    ? await database.run("delete from policy_cases where policy_id = $1 and case_id = $2", [policyId, caseId])
    : 0;
  if (removed === 0) throw new ProblemError("not_found", "There is no test case of this id.");
}

/** Every case of a policy, with what a version of it says, now or after a change. @throws {ProblemError} `judge_unavailable` */
export async function runCases(
  deps: VaultDependencies,
  clientId: string,
  policyId: string,
  policyVersionId: string,
  instead?: InsteadOf,
): Promise<CaseResult[]> {
  const cases = await listCases(await deps.tenants.database(clientId), policyId);
  if (cases.length === 0) return [];
  const verdicts = await asked(
    deps.judge.check({
      client_id: clientId,
      policy_version_id: policyVersionId,
      calls: cases.map(({ call }) => ({ ...call, purpose: call.purpose ?? undefined })),
      instead,
    }),
  );
  return cases.map((each, i) => {
    const { verdict, reason } = verdicts[i] ?? { verdict: "review" as const, reason: "The judge did not say." };
    return { ...each, verdict, reason, passed: verdict === each.expected };
  });
}

const said = { allow: "approved", review: "paused", deny: "denied" } as const;

/** "Too much: must be denied, would be approved". */
export const describeFailed = ({ name, expected, verdict }: CaseResult) =>
  `${name}: must be ${said[expected]}, would be ${said[verdict]}`;

/** The judge's answer, for a person who waits for it. @throws {ProblemError} `judge_unavailable` */
export function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    if (error instanceof JudgeUnavailable)
      throw new ProblemError("judge_unavailable", "The judge does not answer. Try again in a moment.", { retryAfter: 5 });
    throw error;
  });
}
