import { describe, expect, it } from "vitest";
import { peopleSpokenOf } from "./people.ts";

describe("a rule that could not be read asks for two people where it speaks of more than one", () => {
  it.each([
    "Big payments want two managers",
    "Refunds are to be looked at by 2 reviewers please",
    "Payments need sign-off from both directors",
    "Anything large shall have a second pair of eyes",
    "Four-eyes principle for wires",
    "Three approvers for exports",
    "Payments need ２ people",
    "Wires need dual control",
    "Payments need the approval of at least two senior risk managers",
    "Payments must be co-signed",
    "Payments need reviewers",
    '@effect("review") @approvals("2") forbid (principal',
    '@approvals( "3" ) forbid (principal, action, resource',
  ])("two: %s", (text) => expect(peopleSpokenOf(text)).toBe(2));

  it.each([
    "Refunds must be reasonable.",
    "Payments of 2,000 EUR need a look",
    "Ask a person when it looks odd",
    "Payments over 10 EUR would want the reviewer",
    '@approvals("1") forbid (principal',
    "",
  ])("one: %s", (text) => expect(peopleSpokenOf(text)).toBe(1));
});
