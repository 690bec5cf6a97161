import type { Reviewers, ReviewRule } from "@ledgix/contract/review-rules";
import { plainAddress } from "./address.ts";
import { mayDecide, type Person, unfitness } from "./directory.ts";

/** Who is asked for by a case's rule, of those who may decide now. */
export type Circle = {
  asked: Reviewers[];
  /** The rule asks for nobody in particular. */
  isOpen: boolean;
  /** The rule asks for somebody, of whom nobody remains: anybody who may decide does. */
  isDeserted: boolean;
};

export function circleOf(rule: ReviewRule, isEscalated: boolean, people: readonly Person[]): Circle {
  const asked = [rule.reviewers, ...(isEscalated && rule.escalate_to ? [rule.escalate_to] : [])];
  const isOpen = asked.some(isEverybody);
  return { asked, isOpen, isDeserted: !isOpen && !people.some((person) => mayDecide(person) && isAskedFor(asked, person)) };
}

/** Whom a case's rule names who may not decide now, and what follows, in sentences. */
export function passedOver(rule: ReviewRule, isEscalated: boolean, people: readonly Person[]): string[] {
  const { asked, isOpen, isDeserted } = circleOf(rule, isEscalated, people);
  const named = [...(isOpen ? [] : asked.flatMap(({ members }) => members)), ...rule.on_call];
  const unfit = new Set(named.flatMap((address) => unfitness(people, address) ?? []));
  const isNobodyOnCall = rule.on_call.length > 0 && rule.on_call.every((address) => unfitness(people, address) !== null);
  return [
    ...unfit,
    ...(isDeserted ? [`Nobody whom the rule ${rule.name} asks for may decide now, so anybody who may decide does.`] : []),
    ...(isNobodyOnCall ? ["Nobody on call may decide now, so the case is given to nobody in particular."] : []),
  ];
}

export const isEverybody = ({ roles, members }: Reviewers): boolean => roles.length === 0 && members.length === 0;

export function isAskedFor(asked: readonly Reviewers[], { email, role }: Pick<Person, "email" | "role">): boolean {
  return asked.some(({ roles, members }) => roles.includes(role) || members.some((member) => plainAddress(member) === email));
}

/** "an owner, an admin or risk@example.com". */
export function describeReviewers({ roles, members }: Reviewers): string {
  const names = [...roles.map((name) => `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`), ...members];
  if (names.length === 0) return "anybody who may decide";
  return new Intl.ListFormat("en", { type: "disjunction" }).format(names);
}
