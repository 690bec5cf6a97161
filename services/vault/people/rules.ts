import { ProblemError } from "@ledgix/contract/problem";
import type { ReviewRule } from "@ledgix/contract/review-rules";
import type { ReviewSettings, ShownReviewSettings } from "@ledgix/contract/settings";
import type { VaultDependencies } from "../dependencies.ts";
import { type Person, readPeople, unfitness } from "./directory.ts";
import { circleOf } from "./reviewers.ts";

type Deps = Pick<VaultDependencies, "controlPlane">;
/** Where a rule names somebody: their place in it, and their address. */
type Named = { path: string; address: string };

function namedIn({ reviewers, on_call, escalate_to }: ReviewRule): Named[] {
  const at = (path: string, addresses: readonly string[]) => addresses.map((address, i) => ({ path: `${path}.${i}`, address }));
  return [
    ...at("reviewers.members", reviewers.members),
    ...at("on_call", on_call),
    ...at("escalate_to.members", escalate_to?.members ?? []),
  ];
}

/** Whoever a rule names is somebody who may decide. @throws {ProblemError} `invalid_body`, which names each who is not */
export async function assertRulesName(deps: Deps, clientId: string, rules: readonly ReviewRule[]): Promise<void> {
  if (rules.every((rule) => namedIn(rule).length === 0)) return;
  const people = await readPeople(deps, clientId);
  const errors = rules.flatMap((rule, i) =>
    namedIn(rule).flatMap(({ path, address }) => {
      const message = unfitness(people, address);
      return message ? [{ path: `rules.${i}.${path}`, message, rule: rule.name }] : [];
    }),
  );
  const [first] = errors;
  if (first === undefined) return;
  throw new ProblemError(
    "invalid_body",
    `The rule ${first.rule}: ${first.message} Take the address out of the rule, or invite them first.`,
    { errors: errors.map(({ path, message }) => ({ path, message })) },
  );
}

/** What of a rule does not hold any more, in sentences: whom it names who may not decide, and that too few remain. */
function warningsOf(rule: ReviewRule, people: readonly Person[]): string[] {
  const unfit = namedIn(rule).flatMap(({ address }) => unfitness(people, address) ?? []);
  const { isOpen, isDeserted } = circleOf(rule, false, people);
  const addresses = rule.reviewers.members.length;
  const isShort = !isOpen && rule.reviewers.roles.length === 0 && addresses < rule.approvals;
  return [
    ...new Set(unfit),
    ...(isDeserted ? ["Nobody whom it asks for may decide now, so anybody who may decide does."] : []),
    ...(isShort ? ["It asks for two people and names one, so its cases can only be denied."] : []),
  ];
}

/** The settings with what in them does not hold any more. Without the control plane that cannot be told, and says so. */
export async function withWarnings(deps: Deps, clientId: string, settings: ReviewSettings): Promise<ShownReviewSettings> {
  try {
    const people = await readPeople(deps, clientId);
    const warnings = settings.rules.flatMap((rule) => warningsOf(rule, people).map((detail) => ({ rule_id: rule.id, detail })));
    return { ...settings, warnings };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { ...settings, warnings: [{ rule_id: null, detail: error.message }] };
  }
}
