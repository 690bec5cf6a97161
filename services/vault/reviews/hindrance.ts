import { type Permission, roleMay } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import { defaultReviewRule, type ReviewRule } from "@ledgix/contract/review-rules";
import type { ReviewSettings } from "@ledgix/contract/settings";
import type { Queryable } from "@ledgix/tenancy/database";
import { may, type Principal } from "../access/principal.ts";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { mayDecide, type Person, readPeople } from "../people/directory.ts";
import { circleOf, describeReviewers, isAskedFor } from "../people/reviewers.ts";
import { separationHindrance } from "../people/separation.ts";
import { readReviewSettings } from "../settings/review.ts";
import { standInsOf } from "./absences.ts";

/** By which way a decision arrives. */
export type ReviewChannel = "console" | "api" | "slack";
export const channelOf = (principal: Principal): ReviewChannel => (principal.kind === "member" ? "console" : "api");

type Deps = Pick<VaultDependencies, "controlPlane" | "now">;
const DAY_MS = 24 * 3600 * 1000;
const DECIDE = "reviews:decide" satisfies Permission;

/** What it is checked against: who is a member, what the tenant asks for, and who is away, all as of now. */
export type Bench = { people: readonly Person[]; settings: ReviewSettings; standIns: ReadonlyMap<string, string | null> };

/** @throws {ProblemError} `control_plane_unavailable` */
export async function readBench(deps: Deps, database: Queryable, clientId: string): Promise<Bench> {
  const people = await readPeople(deps, clientId);
  return { people, settings: await readReviewSettings(database), standIns: await standInsOf(database, deps.now()) };
}

/** Why this principal may not decide this case; null where they may. Checked for each decision, whatever screen it comes from. */
export async function hindranceOf(
  deps: Deps,
  database: Queryable,
  principal: Principal,
  request: StoredRequest,
  channel: ReviewChannel,
): Promise<ProblemError | null> {
  return hindranceOn(deps, await readBench(deps, database, principal.clientId), principal, request, channel);
}

export async function hindranceOn(
  deps: Deps,
  bench: Bench,
  principal: Principal,
  request: StoredRequest,
  channel: ReviewChannel,
): Promise<ProblemError | null> {
  // Not as the caller was let in, which may be some seconds ago, but as they stand now.
  const self = principal.kind === "member" ? bench.people.find(({ userId }) => userId === principal.userId) : undefined;
  if (principal.kind === "member" && self === undefined)
    return new ProblemError("forbidden", "You are not a member of this tenant any more.");
  if (self ? !roleMay(self.role, DECIDE) : !may(principal, DECIDE)) {
    const holder = principal.kind === "key" ? `The key ${principal.name}` : `The role ${self?.role}`;
    return new ProblemError("forbidden", `${holder} does not carry the permission ${DECIDE}.`);
  }
  const { people, settings } = bench;
  const own = await separationHindrance(deps, { people, isSeparated: settings.separate_key_creators }, principal, request);
  if (own) return own;

  const rule = request.review_rule ?? defaultReviewRule;
  if (rule.console_only && channel !== "console")
    return new ProblemError("console_required", `The rule ${rule.name} asks for a decision in the console.`);
  const { asked, isOpen, isDeserted } = circleOf(rule, request.escalated_at !== null, people);
  if (self === undefined) {
    if (isOpen && rule.approvals === 1) return null;
    return new ProblemError("not_a_reviewer", `The rule ${rule.name} asks for a person.`);
  }
  if (!isOpen && !isDeserted && ![self, ...absentBehind(bench, self)].some((person) => isAskedFor(asked, person)))
    return new ProblemError("not_a_reviewer", `The rule ${rule.name} asks for ${asked.map(describeReviewers).join(" or ")}.`);
  return newcomerHindrance(deps, bench, self, rule);
}

/** The members who are away, who may decide, and for whom this one stands in. */
export function absentBehind({ people, standIns }: Bench, self: Person): Person[] {
  return people.filter((person) => mayDecide(person) && standIns.get(person.email) === self.email);
}

/** Whoever was taken in a moment ago is not the second person of whoever took them in. */
function newcomerHindrance({ now }: Deps, { settings }: Bench, { since }: Person, rule: ReviewRule): ProblemError | null {
  const days = settings.minimum_membership_days;
  const from = new Date(since.getTime() + days * DAY_MS);
  if (rule.approvals === 1 || from <= now()) return null;
  return new ProblemError(
    "member_too_new",
    `Two people must approve this, and in your tenant only who has been a member for ${days} ${days === 1 ? "day" : "days"} is one of them. ` +
      `For you that is so from ${from.toUTCString()} on.`,
  );
}
