import { type Role, role } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import type { Reviewers } from "@ledgix/contract/review-rules";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { may, type Principal, principalId } from "../access/principal.ts";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { readReviewSettings } from "../settings/review.ts";
import { standInsOf } from "./absences.ts";

/** By which way a decision arrives. */
export type ReviewChannel = "console" | "api" | "slack";
export const channelOf = (principal: Principal): ReviewChannel => (principal.kind === "member" ? "console" : "api");

type Deps = Pick<VaultDependencies, "controlPlane" | "now">;

/** Why this principal may not decide this case; null where they may. Checked for each decision, whatever screen it comes from. */
export async function hindranceOf(
  deps: Deps,
  database: Queryable,
  principal: Principal,
  request: StoredRequest,
  channel: ReviewChannel,
): Promise<ProblemError | null> {
  if (!may(principal, "reviews:decide")) {
    const holder = principal.kind === "key" ? `The key ${principal.name}` : `The role ${principal.role}`;
    return new ProblemError("forbidden", `${holder} does not carry the permission reviews:decide.`);
  }
  if (request.principal === principalId(principal))
    return new ProblemError("own_request", "A key cannot decide a request that it sent itself.");
  if (principal.kind === "member" && request.human_principal?.toLowerCase() === principal.email.toLowerCase())
    return new ProblemError("own_request", "This request was made on your behalf, so somebody else must decide it.");
  if (await isByOwnKey(deps, database, principal, request))
    return new ProblemError("own_request", "You created the key that sent this request, so somebody else must decide it.");

  const rule = request.review_rule ?? defaultReviewRule;
  if (rule.console_only && channel !== "console")
    return new ProblemError("console_required", `The rule ${rule.name} asks for a decision in the console.`);
  const isEscalated = request.escalated_at !== null && rule.escalate_to !== null;
  const asked = [rule.reviewers, ...(isEscalated && rule.escalate_to ? [rule.escalate_to] : [])];
  const isOpenToAll = asked.some(isEverybody);
  if (principal.kind === "key") {
    if (isOpenToAll && rule.approvals === 1) return null;
    return new ProblemError("not_a_reviewer", `The rule ${rule.name} asks for a person.`);
  }
  if (isOpenToAll || asked.some((reviewers) => isAmong(reviewers, principal))) return null;
  for (const absent of await standsInFor(deps, database, principal)) {
    if (asked.some((reviewers) => isAmong(reviewers, absent))) return null;
  }
  return new ProblemError("not_a_reviewer", `The rule ${rule.name} asks for ${asked.map(describeReviewers).join(" or ")}.`);
}

const isEverybody = ({ roles, members }: Reviewers) => roles.length === 0 && members.length === 0;

function isAmong({ roles, members }: Reviewers, person: { email: string; role: Role }): boolean {
  return roles.includes(person.role) || members.includes(person.email.toLowerCase());
}

/** "an owner, an admin or risk@example.com". */
export function describeReviewers({ roles, members }: Reviewers): string {
  const names = [...roles.map((name) => `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`), ...members];
  if (names.length === 0) return "anybody who may decide";
  return new Intl.ListFormat("en", { type: "disjunction" }).format(names);
}

/** The members who are away and for whom this one decides. */
async function standsInFor(
  { controlPlane, now }: Deps,
  database: Queryable,
  principal: Extract<Principal, { kind: "member" }>,
): Promise<{ email: string; role: Role }[]> {
  const standIns = await standInsOf(database, now());
  const absent = [...standIns].filter(([, delegate]) => delegate === principal.email.toLowerCase()).map(([member]) => member);
  if (absent.length === 0) return [];
  return controlPlane.rows(
    z.object({ email: z.string(), role }),
    "select lower(email) as email, role from public.memberships where client_id = $1 and lower(email) = any($2::text[])",
    [principal.clientId, absent],
  );
}

async function isByOwnKey(
  { controlPlane }: Deps,
  database: Queryable,
  principal: Principal,
  request: StoredRequest,
): Promise<boolean> {
  const familyId = /^key:(.+)$/.exec(request.principal)?.[1];
  if (principal.kind !== "member" || familyId === undefined) return false;
  if (!(await readReviewSettings(database)).separate_key_creators) return false;
  // Whoever made the key, or one that it succeeds, holds its secret.
  const key = await controlPlane.row(
    z.object({ id: z.string() }),
    "select id::text from public.api_keys where family_id = $1 and client_id = $2 and created_by = $3 limit 1",
    [familyId, principal.clientId, principal.userId],
  );
  return key !== null;
}
