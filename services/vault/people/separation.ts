import { ProblemError } from "@ledgix/contract/problem";
import { type Principal, principalId } from "../access/principal.ts";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { Person } from "./directory.ts";
import { familyOf, makersOf } from "./key-makers.ts";
import { namesPerson } from "./oneself.ts";

const UNREADABLE =
  "This request was made on behalf of somebody whose address cannot be read, so it may have been made on yours, and in your tenant " +
  "nobody decides what they asked for themselves. Let the application send the person's e-mail address as human_principal and ask " +
  "again; this case can be cancelled, or decided once an admin turns the separation off in the review rules.";
const UNKNOWN_MAKER =
  "It is not known who made one of these keys, so the request may be its maker's own, and in your tenant nobody decides that. " +
  "Let a member decide in the console, or create the key anew.";

const own = (sentence: string) => new ProblemError("own_request", sentence);

/**
 * Nobody decides what they asked for themselves: as the request's human principal, and, where the tenant separates the makers of keys, by
 * a key that they made. A key that decides is the hand of whoever made it, or one that it follows.
 *
 * @param isSeparated Whether the tenant asks for it. What cannot be read is then anybody's own.
 */
export async function separationHindrance(
  deps: Pick<VaultDependencies, "controlPlane">,
  { people, isSeparated }: { people: readonly Person[]; isSeparated: boolean },
  principal: Principal,
  request: Pick<StoredRequest, "principal" | "human_principal">,
): Promise<ProblemError | null> {
  if (request.principal === principalId(principal)) return own("A key cannot decide a request that it sent itself.");
  const isMember = principal.kind === "member";
  const hands = isMember
    ? { userIds: new Set([principal.userId]), isKnown: true }
    : await makersOf(deps, principal, principal.familyId);
  const written = request.human_principal ?? "";
  const named = [...hands.userIds].map((userId) => {
    const addresses = people.filter((person) => person.userId === userId).map(({ email }) => email);
    if (isMember) addresses.push(principal.email);
    return addresses.length === 0 && written.trim() !== "" ? "cannot tell" : namesPerson(written, { userId, addresses });
  });
  if (named.includes("yes"))
    return own(
      isMember
        ? "This request was made on your behalf, so somebody else must decide it."
        : "This request was made on behalf of the member who made this key, so somebody else must decide it.",
    );
  if (!isSeparated) return null;
  if (named.includes("cannot tell")) return own(UNREADABLE);
  const family = familyOf(request.principal);
  if (family === null) return null;
  const askers = await makersOf(deps, principal, family);
  if ([...askers.userIds].some((userId) => hands.userIds.has(userId)))
    return own(
      isMember
        ? "You created the key that sent this request, so somebody else must decide it."
        : "The member who made this key also made the one that sent this request, so somebody else must decide it.",
    );
  return isMember || (hands.isKnown && askers.isKnown) ? null : own(UNKNOWN_MAKER);
}
