import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { Person } from "../people/directory.ts";
import { circleOf, isAskedFor } from "../people/reviewers.ts";
import { absentBehind, type Bench } from "./hindrance.ts";

/**
 * A member who is away and their stand-in are one of the two people whom a rule asks for: else whoever is asked names somebody, and is both.
 *
 * @param voters Who approved the case, and may.
 * @returns for whom this one stands in, who approved themselves; null where their approval is one of its own
 */
export function seatTakenBy(bench: Bench, request: StoredRequest, voters: readonly Person[], self: Person): Person | null {
  const { asked, isOpen, isDeserted } = circleOf(
    request.review_rule ?? defaultReviewRule,
    request.escalated_at !== null,
    bench.people,
  );
  if (isOpen || isDeserted || isAskedFor(asked, self)) return null;
  const seats = absentBehind(bench, self).filter((person) => isAskedFor(asked, person));
  const isTaken = (person: Person) => voters.some(({ userId }) => userId === person.userId);
  return seats.every(isTaken) ? (seats[0] ?? null) : null;
}
