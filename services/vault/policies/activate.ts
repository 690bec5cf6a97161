import type { ActivatePolicyRequest } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { readCedar } from "@ledgix/rules/validate";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueue } from "../outbox/enqueue.ts";
import { describeFailed, listCases, runCases } from "./cases.ts";
import { holdKnowledge, type Unmoved } from "./keep-cases.ts";
import { assertMayPutInForce } from "./put-in-force.ts";

const activated = z.object({ title: z.string(), version: z.number(), cedar: z.string(), effective_from: z.date().nullable() });

/**
 * Puts a draft in force, at once or from a day on, unless it fails a test case that is kept with the policy.
 *
 * @throws {ProblemError} `member_required` · `not_found` · `cases_failed` · `invalid_body` · `judge_unavailable`
 */
export async function activatePolicy(
  deps: VaultDependencies,
  principal: Principal,
  policyId: string,
  { policy_version_id, effective_from, effective_until }: ActivatePolicyRequest,
): Promise<void> {
  const database = await deps.tenants.database(principal.clientId);
  await assertMayPutInForce(database, principal);
  const version = await database.row(
    activated,
    "select title, version, cedar, effective_from from policy_versions where policy_id = $1 and policy_version_id = $2",
    [policyId, policy_version_id],
  );
  if (version === null) throw new ProblemError("not_found", "There is no version of this id.");
  const from = effective_from ? new Date(effective_from) : deps.now();
  const until = effective_until ? new Date(effective_until) : null;
  if (until !== null && until <= from)
    throw new ProblemError("invalid_body", "effective_until: must be later than its beginning.");
  if (version.effective_from !== null && version.effective_from <= deps.now())
    throw new ProblemError(
      "invalid_body",
      "This version was in force already. Roll back to it: that makes a new version of its content.",
    );
  const cedar = readCedar(version.cedar);
  if (!cedar.ok) throw new ProblemError("invalid_body", `The version's Cedar is not valid. ${cedar.problem}`);
  const unmoved = await assertCasesPass(deps, principal.clientId, policyId, policy_version_id);
  await database.transaction(async (transaction) => {
    await unmoved(transaction);
    const by = principalLabel(principal);
    const updated = await transaction.run(
      `update policy_versions set effective_from = greatest($2, now()), effective_until = $3, activated_by = $4, activated_by_id = $5
       where policy_version_id = $1`,
      [policy_version_id, from, until, by, principalId(principal)],
    );
    if (updated === 0)
      throw new ProblemError("not_found", "This draft was replaced by a newer one meanwhile. Read that one first.");
    await announceActivation(transaction, { policyId, title: version.title, version: version.version, by });
    await audit(deps, principal, "policy.activated", policyId, {
      version: version.version,
      effective_from: from.toISOString(),
      effective_until: until?.toISOString() ?? null,
    });
  });
}

/** @throws {ProblemError} `cases_failed` that names each case and what the version says instead */
export async function assertCasesPass(
  deps: VaultDependencies,
  clientId: string,
  policyId: string,
  versionId: string,
): Promise<Unmoved> {
  const isTested = (await listCases(await deps.tenants.database(clientId), policyId)).length > 0;
  const unmoved = await holdKnowledge(await deps.tenants.database(clientId), isTested);
  const failed = (await runCases(deps, clientId, policyId, versionId)).filter(({ passed }) => !passed);
  if (failed.length > 0) throw new ProblemError("cases_failed", `${failed.map(describeFailed).join("; ")}.`);
  return unmoved;
}

/** Tells those who asked to hear of it that another version counts. */
export function announceActivation(
  transaction: Queryable,
  { policyId, title, version, by }: { policyId: string; title: string; version: number; by: string },
): Promise<void> {
  return enqueue(transaction, "policy.updated", { policy_id: policyId, title, version, by }, null);
}
