import { ProblemError } from "@ledgix/contract/problem";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import type { Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { assertMember } from "./put-in-force.ts";
import { forgetDrafts } from "./store.ts";

/**
 * Takes a draft away that nobody wants, such as one that a key wrote. What is, was or will be in force stays.
 *
 * @throws {ProblemError} `member_required` · `not_found`
 */
export async function discardDraft(
  deps: VaultDependencies,
  principal: Principal,
  policyId: string,
  versionId: string,
): Promise<void> {
  assertMember(principal, "discard a draft");
  const database = await deps.tenants.database(principal.clientId);
  await database.transaction(async (transaction) => {
    const dropped = z.uuid().safeParse(versionId).success
      ? await transaction.row(
          z.object({ version: z.number(), created_by: z.string() }),
          `delete from policy_versions where policy_id = $1 and policy_version_id = $2 and effective_from is null
           returning version, created_by`,
          [policyId, versionId],
        )
      : null;
    if (dropped === null) throw new ProblemError("not_found", "This policy has no draft of this id.");
    await forgetDrafts(transaction, [versionId]);
    await transaction.run(
      `delete from policies where policy_id = $1 and not exists (select from policy_versions where policy_id = $1)
         and not exists (select from policy_cases where policy_id = $1)`,
      [policyId],
    );
    await audit(deps, principal, "policy.draft_discarded", policyId, {
      version: dropped.version,
      written_by: dropped.created_by,
    });
  });
}
