import type { JsonValue } from "@ledgix/contract/json";

/** Orders to whoever reads them, in the words that attacks use. Letters alone are compared, so that spacing and marks hide nothing. */
const ORDERS = lettersPattern(
  /(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|every|previous|prior|above|earlier|these|those)*(?:instruction|polic|rule|guideline|prompt|limit)|(?:approve|allow|permit|clear)(?:this|it|all|everything|the)*(?:request|call|action|refund|payment|transfer)?(?:immediately|now|automatically|withoutreview)|verdict(?:is|mustbe|shouldbe)?(?:allow|approve)|answer(?:with)?allow|youare(?:now|the)(?:new|judge|assistant|admin|system)|systemprompt|systemmessage/,
);
/** What a call has no business to claim; in a policy's own text it may well stand. */
const CLAIMS = lettersPattern(
  /newpolicy|policyupdate|policyoverride|polic(?:y|ies)(?:says|state|permit|allow)|preapproved|preauthori[sz]ed|alreadyapproved|endofdata|endofpolic/,
);

/** A limit of its own, and behind it that something may be approved. */
const OWN_LIMIT = /refunds?up?to/;
const MAY_BE_APPROVED = "maybeapproved";

/** Format and private-use characters, tags, variation selectors and fillers: what a screen does not show. */
const INVISIBLE = /\p{Cf}|\p{Co}|[\u{e0000}-\u{e007f}]|[\ufe00-\ufe0f]|\u115f|\u1160|\u3164|\uffa0/u;

/**
 * Whether a call's own texts speak to the judge, or hide something. A sign, not a proof: it takes a model's approval away and gives the
 * case to a person, and decides nothing else.
 */
export function speaksToTheJudge(value: JsonValue): boolean {
  return textsIn(value).some((text) => isHostile(text, true));
}

/** The same of a policy's text, which may speak of policies, and must not give orders either. */
export function givesOrders(texts: string[]): boolean {
  return texts.some((text) => isHostile(text, false));
}

function isHostile(text: string, isCall: boolean): boolean {
  if (INVISIBLE.test(text)) return true;
  return [text, ...decodedForms(text)].map(lettersOf).some((letters) => ORDERS.test(letters) || (isCall && claims(letters)));
}

function claims(letters: string): boolean {
  const limit = OWN_LIMIT.exec(letters);
  return CLAIMS.test(letters) || (limit !== null && letters.includes(MAY_BE_APPROVED, limit.index + limit[0].length));
}

const lettersOf = (text: string) => oneStroke(lookalikes(text.normalize("NFKD").toLowerCase()).replaceAll(/[^a-z0-9]/g, ""));

/** i, l and 1 are written with one stroke, and stand for one another in disguises: all are taken for i. */
function oneStroke(letters: string): string {
  return letters.replaceAll("l", "i");
}
function lettersPattern(pattern: RegExp): RegExp {
  return new RegExp(oneStroke(pattern.source));
}

/** Letters of other alphabets that look like Latin ones. */
const LOOKALIKE = new Map(
  Object.entries({
    а: "a",
    е: "e",
    о: "o",
    р: "p",
    с: "c",
    у: "y",
    х: "x",
    і: "i",
    ѕ: "s",
    ј: "j",
    ԁ: "d",
    ɡ: "g",
    ո: "n",
    υ: "u",
    ν: "v",
    ο: "o",
    α: "a",
    ρ: "p",
    τ: "t",
    ι: "i",
    ε: "e",
    κ: "k",
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "@": "a",
    $: "s",
  }),
);
const lookalikes = (text: string) => [...text].map((char) => LOOKALIKE.get(char) ?? char).join("");

/** What a text says when it is read as Base64, as hexadecimal, percent-encoded, backwards or rotated by 13. */
function decodedForms(text: string): string[] {
  const forms = [[...text].reverse().join(""), text.replaceAll(/[a-z]/gi, rotated)];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g)) forms.push(Buffer.from(run, "base64").toString("utf8"));
  for (const [run] of text.matchAll(/(?:[0-9a-f]{2}[\s:]?){12,}/gi))
    forms.push(Buffer.from(run.replaceAll(/[\s:]/g, ""), "hex").toString("utf8"));
  if (/%[0-9a-f]{2}/i.test(text))
    forms.push(text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
  if (/&#x?[0-9a-f]+;/i.test(text))
    forms.push(
      text.replaceAll(/&#(x?)([0-9a-f]+);/gi, (_, x: string, digits: string) =>
        // What is no number, such as "&#abc;", stands for nothing.
        String.fromCodePoint(Math.min(Number.parseInt(digits, x ? 16 : 10) || 0, 0x10ffff)),
      ),
    );
  return forms;
}

function rotated(letter: string): string {
  const base = letter <= "Z" ? 65 : 97;
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
}

/** Every text in a value, keys included. */
function textsIn(value: JsonValue): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return [...value.flatMap(textsIn), value.filter((item) => typeof item === "string").join(" ")];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}
