import { isDeploymentKey } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import type { Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { consoleUrl } from "../notifications/mail.ts";
import { readReviewSettings } from "../settings/review.ts";

/**
 * Whether what this principal writes may govern without a member: always what a member writes; of keys that of a deployment key, where the
 * tenant lets those. Whoever may ask for clearance must not be able to write the rules that it is judged by.
 */
export async function mayPutInForce(database: Queryable, principal: Principal): Promise<boolean> {
  if (principal.kind === "member") return true;
  return isDeploymentKey(principal.scopes) && (await readReviewSettings(database)).deployment_keys_activate;
}

/** @throws {ProblemError} `member_required` */
export async function assertMayPutInForce(database: Queryable, principal: Principal): Promise<void> {
  if (!(await mayPutInForce(database, principal))) throw memberRequired(principal, "put a policy in force");
}

/** @param act what is not for keys, as in "retire a policy" @throws {ProblemError} `member_required` */
export function assertMember(principal: Principal, act: string): void {
  if (principal.kind === "key") throw memberRequired(principal, act);
}

function memberRequired(principal: Principal, act: string): ProblemError {
  const holder = principal.kind === "key" ? `The key ${principal.name}` : principal.email;
  return new ProblemError("member_required", `${holder} cannot ${act}. An owner or an admin does it in the console.`);
}

/** What a key is told of the draft that it wrote. */
export function keptAsDraft(
  deps: Pick<VaultDependencies, "config">,
  clientId: string,
  {
    policyId,
    policyVersionId,
    version,
    isDraft,
  }: { policyId: string; policyVersionId: string; version: number; isDraft: boolean },
): string {
  if (!isDraft) return `Version ${version} says the same already, so nothing was changed.`;
  const url = consoleUrl(deps, clientId, `/policies/${encodeURIComponent(policyId)}?version=${policyVersionId}`);
  return `Kept as a draft; a member puts it in force ${url === null ? "in the console" : `at ${url}`}.`;
}
