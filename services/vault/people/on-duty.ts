import type { ReviewRule } from "@ledgix/contract/review-rules";
import { plainAddress } from "./address.ts";
import { decidersIn, type Person } from "./directory.ts";

/**
 * The first in the order of duty who is there; for one who is away, who stands in for them. Whoever may not decide now is passed over.
 *
 * @param standIns Who is away, each with who stands in for them.
 * @returns null where nobody remains: the case is everybody's who may decide
 */
export function onDuty(
  { on_call }: Pick<ReviewRule, "on_call">,
  standIns: ReadonlyMap<string, string | null>,
  people: readonly Person[],
): string | null {
  const deciders = decidersIn(people);
  const fit = on_call.map(plainAddress).filter((member) => deciders.has(member));
  const present = fit.find((member) => !standIns.has(member));
  if (present !== undefined) return present;
  const delegates = fit.flatMap((member) => standIns.get(member) ?? []);
  return delegates.find((delegate) => deciders.has(delegate) && !standIns.has(delegate)) ?? null;
}
