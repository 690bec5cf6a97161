import { accountName, placeName, THIS_MACHINE } from "./attempt-names.ts";

/** What somebody may try only so often. */
export type AttemptKind = "sign_in" | "sign_up" | "reset" | "verify" | "factor";

/** One count of tries, under a name that says nothing of whom it counts. */
export type Bucket = { key: string; limit: number; seconds: number; wide: boolean };

/**
 * The buckets of one try, and what becomes of them when it succeeds. `known` is where the account is known at this place, `noted` the same
 * where a success makes it so.
 */
export type Attempt = { buckets: Bucket[]; known: string; noted: string | null; returned: string[]; emptied: string[] };

/** Whose tries: an account (of one spelling, `accountName`), the place they come from (`placeName`), or the two together. */
type Scope = "account" | "place" | "account at a place";
/** After a success a try counts on, is given back, or the bucket is emptied. */
type Afterwards = "counts" | "returned" | "emptied";
type Limit = { name: string; scope: Scope; limit: number; minutes: number; onSuccess: Afterwards; wide?: true };

const MINUTES_OF_A_CODE = 60;
const LIMITS: Record<AttemptKind, Limit[]> = {
  sign_in: [
    { name: "sign_in", scope: "account at a place", limit: 10, minutes: 15, onSuccess: "emptied" },
    { name: "sign_in", scope: "account", limit: 50, minutes: 60, onSuccess: "returned", wide: true },
    { name: "sign_in", scope: "place", limit: 30, minutes: 15, onSuccess: "returned" },
  ],
  sign_up: [
    { name: "sign_up", scope: "account", limit: 5, minutes: 60, onSuccess: "counts" },
    { name: "sign_up", scope: "place", limit: 100, minutes: 60, onSuccess: "counts" },
    // Of addresses that have an account already: a stranger must not go through a list of them.
    { name: "sign_up_refused", scope: "place", limit: 20, minutes: 60, onSuccess: "returned" },
  ],
  reset: [
    { name: "reset", scope: "account at a place", limit: 5, minutes: 15, onSuccess: "counts" },
    { name: "reset", scope: "account", limit: 10, minutes: 60, onSuccess: "counts", wide: true },
    { name: "reset", scope: "place", limit: 60, minutes: 60, onSuccess: "counts" },
  ],
  factor: [
    { name: "factor", scope: "account at a place", limit: 10, minutes: 15, onSuccess: "emptied" },
    { name: "factor", scope: "account", limit: 30, minutes: 60, onSuccess: "returned", wide: true },
  ],
  verify: [
    // A code is void after five tries, wherever they came from; asking for a new one begins anew.
    { name: "code", scope: "account", limit: 5, minutes: MINUTES_OF_A_CODE, onSuccess: "emptied" },
    { name: "verify", scope: "account at a place", limit: 15, minutes: 60, onSuccess: "emptied" },
    { name: "verify", scope: "account", limit: 30, minutes: 60, onSuccess: "returned", wide: true },
    { name: "verify", scope: "place", limit: 30, minutes: 15, onSuccess: "returned" },
  ],
};

/** At one's own machine everybody is at one place, so that sign-ups there are many people's. */
const SIGN_UPS_ON_THIS_MACHINE = 1000;

/**
 * Names the buckets of a try.
 *
 * @param who the account as it was entered, in any spelling, and the address of the caller
 * @param keyed a keyed hash (64 hexadecimal digits), so that nobody else can name a bucket
 */
export function describeAttempt(
  kind: AttemptKind,
  who: { account: string; address: string },
  keyed: (text: string) => string,
): Attempt {
  const account = accountName(who.account);
  const place = placeName(who.address);
  const nameOf = (name: string, scope: Scope) =>
    keyed(JSON.stringify([name, scope === "place" ? null : account, scope === "account" ? null : place]));
  const limits = LIMITS[kind].map((each) => ({ ...each, key: nameOf(each.name, each.scope) }));
  const namesOf = (afterwards: Afterwards) => limits.filter((each) => each.onSuccess === afterwards).map((each) => each.key);
  const provesOwner = kind === "sign_in" || kind === "verify";
  const known = nameOf("known", "account at a place");
  const emptied = namesOf("emptied");
  // Whoever had the code by mail begins anew with passwords; a new code has its own tries.
  if (kind === "verify") emptied.push(nameOf("sign_in", "account at a place"));
  if (kind === "reset") emptied.push(nameOf("code", "account"));
  return {
    buckets: limits.map(({ key, name, scope, limit, minutes, wide }) => ({
      key,
      limit: name === "sign_up" && scope === "place" && place === THIS_MACHINE ? SIGN_UPS_ON_THIS_MACHINE : limit,
      seconds: minutes * 60,
      wide: wide ?? false,
    })),
    known,
    noted: provesOwner ? known : null,
    returned: namesOf("returned"),
    emptied,
  };
}

/** How long to wait, in words: "a minute", "12 minutes". */
export const waitInWords = (seconds: number): string =>
  seconds <= 60 ? "a minute" : seconds <= 3600 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;

const TIME_CLASS_MS = 250;

/** Milliseconds to wait so that an answer comes in the same class of time, whatever was found: a whole number of quarter seconds. */
export const untilTimeClass = (tookMs: number): number => TIME_CLASS_MS - (tookMs % TIME_CLASS_MS);
