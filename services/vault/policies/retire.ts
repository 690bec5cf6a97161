import { ProblemError } from "@ledgix/contract/problem";
import { audit } from "../access/audit.ts";
import { authorOf, type Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { assertCasesPass } from "./activate.ts";
import { readPolicy } from "./list.ts";
import { assertMember } from "./put-in-force.ts";
import { type NewPolicyVersion, storePolicyVersion } from "./store.ts";

/**
 * Takes a policy out of force: its version in force ends now, and one that was to come does not.
 *
 * @throws {ProblemError} `member_required` · `not_found`
 */
export async function retirePolicy(deps: VaultDependencies, principal: Principal, policyId: string): Promise<void> {
  assertMember(principal, "retire a policy");
  const database = await deps.tenants.database(principal.clientId);
  await database.transaction(async (transaction) => {
    const ended = await transaction.run(
      `update policy_versions set effective_until = now() where policy_version_id in
         (select policy_version_id from policies_in_force where policy_id = $1)`,
      [policyId],
    );
    const recalled = await transaction.run(
      "update policy_versions set effective_from = null, activated_by = null where policy_id = $1 and effective_from > now()",
      [policyId],
    );
    if (ended + recalled === 0) throw new ProblemError("not_found", "No version of this policy is in force.");
    await audit(deps, principal, "policy.retired", policyId, {});
  });
}

/** An older version's content as a new version, in force at once. @throws {ProblemError} `member_required` · `not_found` · `cases_failed` */
export async function rollBackPolicy(
  deps: VaultDependencies,
  principal: Principal,
  policyId: string,
  { policy_version_id, note }: { policy_version_id: string; note: string },
): Promise<void> {
  assertMember(principal, "roll a policy back");
  const database = await deps.tenants.database(principal.clientId);
  const old = await readPolicy(database, policyId, policy_version_id);
  const unmoved = await assertCasesPass(deps, principal.clientId, policyId, policy_version_id);
  const version: NewPolicyVersion = {
    policyId,
    title: old.title,
    description: old.description,
    source: old.source,
    mediaType: "text/markdown",
    content: old.content,
    tools: old.tools,
    categories: old.categories,
    rules: old.rules.map(({ text }) => text),
    cedar: old.cedar,
    note: note || `Back to version ${old.version}.`,
    pages: old.pages,
    ...(old.origin && { origin: old.origin }),
    author: authorOf(principal),
    isDraft: false,
  };
  const stored = await storePolicyVersion(database, version, unmoved);
  await audit(deps, principal, "policy.rolled_back", policyId, { to: old.version, version: stored.version });
}
