import addressparser from "nodemailer/lib/addressparser";
import { plainAddress, plainDomain, plainText } from "./address.ts";

/** Whether a text names a person. `cannot tell`: it may, as far as can be read. */
export type Sameness = "yes" | "no" | "cannot tell";

/** By how many layers of percent-encoding a text is read. */
const MAX_LAYERS = 4;
const BEFORE_DOMAIN = /[\p{L}\p{N}._+-]/u;
const AT_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+/u;
/** Letters of one script, so that no letter looks like another's. */
const PLAIN_LOCAL = /^[\p{Script=Latin}\p{N}.!#$&'*+/=?^_`{|}~-]+$/u;

/**
 * Whether what a caller wrote as its human principal names the member of this id and these addresses. Callers write addresses as mail
 * programs, directories and forms do: with names, comments, quotes, schemes, encodings, or several at once.
 */
export function namesPerson(written: string, person: { userId: string; addresses: readonly string[] }): Sameness {
  if (written.trim() === "") return "no"; // nobody is named
  const layers = layersOf(written);
  const own = person.addresses.map(plainAddress);
  const found = layers.flatMap((layer) => readings(layer)).flatMap((reading) => own.map((address) => foundIn(reading, address)));
  if (found.includes("yes") || layers.some((layer) => layer.includes(person.userId.toLowerCase()))) return "yes";
  return found.includes("cannot tell") || !isAddresses(layers.at(-1) ?? "") ? "cannot tell" : "no";
}

/** The text as it is, and with each layer of percent-encoding taken off. */
function layersOf(written: string): string[] {
  const layers = [plainText(written)];
  while (layers.length < MAX_LAYERS) {
    const last = layers.at(-1) ?? "";
    const next = plainText(last.replaceAll(/(?:%[0-9a-f]{2})+/gi, decoded));
    if (next === last) break;
    layers.push(next);
  }
  return layers;
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** The text with and without its comments and quotes: an address may stand in them, or around them. */
function readings(text: string): string[] {
  return [text, withoutComments(text)].map((reading) => reading.replaceAll(/["\\]/g, "").replaceAll(/ ?([@.]) ?/g, "$1"));
}

function withoutComments(text: string): string {
  let depth = 0;
  let kept = "";
  for (const character of text) {
    if (character === "(") depth++;
    else if (character === ")" && depth > 0) depth--;
    else if (depth === 0) kept += character;
  }
  return kept;
}

/** Looks around each @: what leads up to it ends like the address, and what follows begins like its domain. */
function foundIn(text: string, address: string): Sameness {
  const at = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  let found: Sameness = "no";
  for (let place = text.indexOf("@"); place >= 0; place = text.indexOf("@", place + 1)) {
    if (plainDomain(AT_DOMAIN.exec(text.slice(place + 1))?.[0] ?? "") !== domain) continue;
    const before = text.slice(0, place);
    if (before.endsWith(local) && !BEFORE_DOMAIN.test([...before.slice(0, -local.length)].at(-1) ?? "")) return "yes";
    if (mailboxOf(wordBefore(before)) === mailboxOf(local)) found = "cannot tell";
  }
  return found;
}

function wordBefore(text: string): string {
  let begin = text.length;
  while (begin > 0 && BEFORE_DOMAIN.test(text[begin - 1] ?? "")) begin--;
  return text.slice(begin);
}

/** Many providers deliver a.lpha+tag@… to alpha@…; which ones do cannot be told. */
const mailboxOf = (local: string) => local.replace(/\+.*$/, "").replaceAll(".", "");

/** Whether the text is one address or several, with their names, and nothing else. */
function isAddresses(text: string): boolean {
  const parsed = addressparser(text, { flatten: true });
  return (
    parsed.length > 0 &&
    parsed.every(({ address }) => {
      const at = address.lastIndexOf("@");
      return (
        at > 0 && PLAIN_LOCAL.test(address.slice(0, at)) && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(plainDomain(address.slice(at + 1)))
      );
    })
  );
}
