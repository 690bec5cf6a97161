import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { isCurrency, minorDigits, toMinor } from "@ledgix/rules/rule";

/** An amount that a review rule may rely on, in major units; the currency is null where the call does not say it for sure. */
export type SureAmount = { amount: number; currency: string | null };

/** Words in names that speak of money, or of how often. */
const SPEAKS =
  /^(?:totals?|sums?|prices?|values?|costs?|fees?|cents|pence|minor|balance|payments?|charges?|quantity|qty|times|multiplier|units)$/;
const IN_MINOR = /cents|pence|minor/;

/** `path` is cut to what a reason shows: the whole paths of all arguments may together be longer than the arguments by far. */
type Found = { path: string; name: string; value: JsonValue; isNested: boolean };

/**
 * The amount of a call whose tool nobody mapped: where exactly one argument can be it, stands beside no other and is an exact number. Whatever
 * else a call holds, in whichever spelling, makes it unsure, so that no rule is dodged by it.
 */
export function sureAmountIn(args: JsonObject): SureAmount | { why: string } {
  const found = namedIn(args).filter(({ name }) => folded(name).includes("amount") || wordsOf(name).some(isAboutMoney));
  const [only, ...others] = found;
  if (only === undefined) return { why: "No argument is called an amount." };
  if (others.length > 0) return { why: `Several arguments may be the amount: ${listOf(found)}.` };
  const { path, name, value, isNested } = only;
  if (!folded(name).startsWith("amount")) return { why: `The argument ${path} may be the amount, or may not.` };
  if (isNested) return { why: `The amount stands within another argument, ${path}.` };
  if (typeof value !== "number") return { why: `The argument ${path} is ${kindOf(value)}, not a number.` };
  if (value < 0) return { why: `The argument ${path} is negative.` };
  const currency = currencyIn(args);
  const written = String(value);
  const isExact = /^\d{1,14}(?:\.\d{1,4})?$/.test(written) && (currency === null || toMinor(written, currency) !== null);
  if (!isExact) return { why: `The argument ${path} is no exact amount.` };
  if (!IN_MINOR.test(folded(name))) return { amount: value, currency };
  if (currency === null) return { why: `The argument ${path} counts minor units of a currency that the call does not name.` };
  return { amount: value / 10 ** minorDigits(currency), currency };
}

/** The code of the one argument that names a currency; null where there is none, or several, or one within another argument. */
function currencyIn(args: JsonObject): string | null {
  const [only, ...others] = namedIn(args).filter(({ name }) => /currency|^ccy$/.test(folded(name)));
  if (only === undefined || others.length > 0 || only.isNested || typeof only.value !== "string") return null;
  const code = only.value.toUpperCase();
  return isCurrency(code) ? code : null;
}

/** Everything that has a name, at every depth, in lists too. */
function namedIn(value: JsonValue, before = "", isNested = false): Found[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => namedIn(item, cut(`${before}${i}.`), true));
  return Object.entries(value).flatMap(([name, inner]) => [
    { path: cut(before + name), name, value: inner, isNested },
    ...namedIn(inner, cut(`${before}${name}.`), true),
  ]);
}

const cut = (path: string) => path.slice(0, MAX_PATH);

/** Names that differ in case, width, white space, dashes or underscores alone are one name. */
const folded = (name: string) =>
  name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");

const wordsOf = (name: string) =>
  name
    .normalize("NFKC")
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u);
const isAboutMoney = (word: string) => SPEAKS.test(word);

function kindOf(value: JsonValue): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? "a text" : typeof value === "object" ? "an object" : "true or false";
}

/** Arguments that a reason names, and characters of each. */
const MAX_NAMED = 4;
const MAX_PATH = 64;
const listOf = (found: Pick<Found, "path">[]) =>
  [...found.slice(0, MAX_NAMED).map(({ path }) => path), ...(found.length > MAX_NAMED ? ["…"] : [])].join(", ");
