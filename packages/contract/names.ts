import { z } from "zod";

/**
 * What nobody sees, and what shows a text as another one: controls and line ends, marks of direction and other format characters, line and
 * paragraph separators, half surrogates. Joiners belong to words of some scripts, and stay.
 */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/u;
/** The same for texts of several lines: tabs and line ends are theirs, and so are the marks of a script that runs from right to left. */
const UNSEEN_IN_TEXT = /(?![\t\n\r])\p{Cc}|[\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

const SEEN = "must not contain control characters, line breaks, or characters that are not seen or turn a text around";
const SEEN_IN_TEXT = "must not contain control characters other than tabs and line breaks, or characters that turn a text around";

/** What Ledgix calls its own events and itself: nobody else is called so. */
const OURS = "ledgix";

/** Letters and signs that pass for those of `ledgix.`, in NFKD, without their marks and in lower case. `i`, `1` and `l` are one. */
const LOOKALIKES = new Map(
  Object.entries({
    l: "1|i\u{131}\u{456}\u{3B9}\u{4CF}\u{29F}\u{26A}\u{2D4F}\u{1C0}",
    e: "\u{435}\u{4BD}\u{3B5}\u{212E}\u{1D07}",
    d: "\u{501}\u{257}\u{111}\u{1D05}",
    g: "\u{261}\u{581}\u{262}",
    x: "\u{445}\u{4B3}\u{3C7}\u{D7}",
    ".": "\u{3002}\u{B7}\u{2027}\u{30FB}\u{2219}\u{22C5}\u{2022}\u{660}\u{6F0}\u{6D4}\u{701}\u{702}\u{A4F8}\u{A60E}\u{10A50}\u{1D16D}",
  }).flatMap(([ours, others]) => Array.from(others, (other) => [other, ours] as const)),
);

/** A name as it looks, for comparing with ours. */
function looks(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}|\p{Default_Ignorable_Code_Point}|\s/gu, "");
  return Array.from(plain, (letter) => LOOKALIKES.get(letter) ?? letter).join("");
}
const OUR_LOOK = looks(OURS);

const seen = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !UNSEEN.test(text), SEEN);

/**
 * The name of a tool that somebody may call. Names that begin with `ledgix.`, however they spell it, are those of Ledgix's own events.
 *
 * @example toolName.parse("stripe_refund") // "stripe_refund"
 */
export const toolName = seen(256)
  .min(1, "must name a tool")
  .refine((name) => name === "" || name.trim() !== "", "must not be white space alone")
  .refine((name) => name.trim() === name || name.trim() === "", "must not begin or end with white space")
  .refine(
    (name) => !looks(name).startsWith(`${OUR_LOOK}.`),
    "must not begin with ledgix., which is kept for Ledgix's own events",
  );

/** Who asks, as it calls itself; "" where it has no name. `ledgix` is Ledgix itself. */
export const agentId = seen(256).refine((name) => looks(name) !== OUR_LOOK, "must not be ledgix, which is Ledgix itself");

/** Which session of its own an agent asks in; "" where it has none. */
export const sessionId = seen(256);

/** A text of one line, for people and records: a person, a destination, a reference, a category. */
export const lineText = seen;

/** A text of several lines, for people: a purpose. */
export const plainText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !UNSEEN_IN_TEXT.test(text), SEEN_IN_TEXT);

/** A pattern for names, such as `stripe_*`: it names nobody, and so may begin with anything. */
export const namePattern = z
  .string()
  .trim()
  .min(1)
  .max(256)
  .refine((pattern) => !UNSEEN.test(pattern), SEEN);
