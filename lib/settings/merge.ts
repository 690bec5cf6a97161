import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { commonNames, hasOrder, isSame, itemsOf, partOf } from "@ledgix/contract/settings-changes";

/** A part, or one of its items, that both sides changed, each to something else. */
export type Clash = { part: string; item: string | null };
export type Merge = { merged: JsonObject; clashes: Clash[] };

type Items = Map<string, JsonValue>;

/**
 * Lays what one person changed over what another changed meanwhile, item by item: what only one of them touched is theirs, also where
 * they deleted it. Where both touched the same, `merged` holds mine, and the clash is named.
 */
export function mergeSettings(base: JsonObject, theirs: JsonObject, mine: JsonObject): Merge {
  const clashes: Clash[] = [];
  const parts = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])].map((part) => {
    const [before, their, my] = [base, theirs, mine].map((content) => itemsOf(part, content[part]));
    if (!before || !their || !my) {
      const whole = pick(base[part], theirs[part], mine[part], () => clashes.push({ part, item: null }));
      return [part, whole] as const;
    }
    return [part, partOf(part, mergeItems(part, before, their, my, clashes))] as const;
  });
  return { merged: Object.fromEntries(parts.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)), clashes };
}

function pick<Value extends JsonValue | undefined>(base: Value, theirs: Value, mine: Value, onClash: () => void): Value {
  if (isSame(base, mine)) return theirs;
  if (!isSame(base, theirs) && !isSame(theirs, mine)) onClash();
  return mine;
}

function mergeItems(part: string, base: Items, theirs: Items, mine: Items, clashes: Clash[]): Items {
  const merged = new Map<string, JsonValue>();
  for (const item of new Set([...theirs.keys(), ...mine.keys()])) {
    const value = pick(base.get(item), theirs.get(item), mine.get(item), () => clashes.push({ part, item }));
    if (value !== undefined) merged.set(item, value);
  }
  const isMineMoved = isMoved(base, mine);
  if (hasOrder(part) && isMineMoved && isMoved(base, theirs) && !isSame(commonNames(mine, theirs), commonNames(theirs, mine)))
    clashes.push({ part, item: null });
  const [first, second] = isMineMoved ? [mine, theirs] : [theirs, mine];
  return new Map(order([...first.keys()], [...second.keys()], merged).map((name) => [name, merged.get(name) ?? null]));
}

const isMoved = (base: Items, changed: Items) => !isSame(commonNames(base, changed), commonNames(changed, base));

/** The first's order, and what only the second has behind its neighbour there, or at the end where it is at the end there. */
function order(first: string[], second: string[], merged: Items): string[] {
  const names = first.filter((name) => merged.has(name));
  for (const [place, name] of second.entries()) {
    if (!merged.has(name) || names.includes(name)) continue;
    const isLast = !second.slice(place + 1).some((later) => names.includes(later));
    const neighbour = second.slice(0, place).findLast((earlier) => names.includes(earlier));
    names.splice(isLast ? names.length : neighbour === undefined ? 0 : names.indexOf(neighbour) + 1, 0, name);
  }
  return names;
}
