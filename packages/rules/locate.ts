/**
 * Looks for phrases in a text, whatever the white space between their words. The work grows with the text and the phrase alone (by the
 * algorithm of Knuth, Morris and Pratt), since both come from whoever writes policies, or from a model.
 *
 * @returns for a phrase, where it first stands, in UTF-16 units of the text; null where it does not
 * @example locator("Never  refund over 50 USD.").of("refund over 50") // { start: 7, end: 21 }
 */
export function locator(text: string): { of(phrase: string): { start: number; end: number } | null } {
  const { said, places } = oneSpaced(text);
  return {
    of(phrase) {
      const wanted = phrase.trim().replaceAll(/\s+/g, " ");
      const at = wanted === "" ? -1 : indexOf(said, wanted);
      return at < 0 ? null : { start: places[at] ?? 0, end: (places[at + wanted.length - 1] ?? 0) + 1 };
    },
  };
}

/** A text with one space for each run of white space, and where each of its units stood. */
function oneSpaced(text: string): { said: string; places: Uint32Array } {
  const said = text.replaceAll(/\s+/g, " ");
  const places = new Uint32Array(said.length);
  const isSpace = (place: number) => /\s/.test(text[place] ?? "");
  for (let at = 0, place = 0; at < said.length; at++) {
    places[at] = place++;
    if (said[at] === " ") while (isSpace(place)) place++;
  }
  return { said, places };
}

function indexOf(text: string, wanted: string): number {
  const borders = bordersOf(wanted);
  let matched = 0;
  for (let at = 0; at < text.length; at++) {
    while (matched > 0 && text[at] !== wanted[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === wanted[matched]) matched++;
    if (matched === wanted.length) return at - matched + 1;
  }
  return -1;
}

/** Of each beginning of a word, how long the longest shorter beginning is that it also ends with. */
function bordersOf(wanted: string): Uint32Array {
  const borders = new Uint32Array(wanted.length);
  let length = 0;
  for (let at = 1; at < wanted.length; at++) {
    while (length > 0 && wanted[at] !== wanted[length]) length = borders[length - 1] ?? 0;
    if (wanted[at] === wanted[length]) length++;
    borders[at] = length;
  }
  return borders;
}
