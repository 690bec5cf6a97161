import type { JsonObject, JsonValue } from "@ledgix/contract/json";

/** Characters of a path, the names on the way to an argument joined by points: no rule and no mapping names a longer one. */
export const MAX_PATH = 256;

/** Names that differ in case, dashes and underscores alone are one name: who reads them last decides which one counts. */
export const normalized = (path: string) => path.toLowerCase().replaceAll(/[_-]/g, "");

/**
 * Paths that somebody asks about, normalized, with the beginnings that lead to them. Only these are followed through the arguments of a call: the
 * paths that those have may together be longer than the arguments by far, since a name stands in the path of each argument within it.
 */
type Asked = { paths: ReadonlySet<string>; beginnings: ReadonlySet<string> };

function asked(paths: Iterable<string>): Asked {
  const all = new Set(Array.from(paths, normalized));
  const beginnings = new Set([""]);
  for (const path of all) {
    for (let point = path.indexOf("."); point >= 0; point = path.indexOf(".", point + 1))
      beginnings.add(path.slice(0, point + 1));
  }
  return { paths: all, beginnings };
}

/** What the paths of the arguments within an argument begin with; null where nobody asks about any of them. */
function beginningWithin({ beginnings }: Asked, before: string, name: string): string | null {
  if (before === "" && name === "") return "";
  const beginning = `${before}${normalized(name)}.`;
  return beginnings.has(beginning) ? beginning : null;
}

/** How often each of the paths stands in the arguments, in whichever spelling, at every depth but within lists; see `normalized`. */
export function countPaths(args: JsonObject, paths: Iterable<string>): Map<string, number> {
  const wanted = asked(paths);
  const counts = new Map<string, number>();
  const count = (value: JsonObject, before: string): void => {
    for (const [name, inner] of Object.entries(value)) {
      const path = before + normalized(name);
      if (wanted.paths.has(path)) counts.set(path, (counts.get(path) ?? 0) + 1);
      const beginning = isObject(inner) ? beginningWithin(wanted, before, name) : null;
      if (isObject(inner) && beginning !== null) count(inner, beginning);
    }
  };
  count(args, "");
  return counts;
}

/** Words in names that speak of money or of how often. */
const SUSPICIOUS = /amount|total|sum|price|value|quantity|qty|count|times|multiplier|factor|scale|unit|cents|fee|currency/i;

/** The path of an argument that is none of the known ones, and whose name, or that of one around it, speaks of money or of how often. */
export function strangerIn(args: JsonObject, known: Iterable<string>): string | null {
  const told = asked(known);
  const find = (value: JsonObject, before: string | null, isWithin: boolean): string[] | null => {
    for (const [name, inner] of Object.entries(value)) {
      const isSuspicious = isWithin || SUSPICIOUS.test(name);
      if (isObject(inner)) {
        const found = find(inner, before === null ? null : beginningWithin(told, before, name), isSuspicious);
        if (found !== null) return [name, ...found];
      } else if (isSuspicious && (before === null || !told.paths.has(before + normalized(name)))) return [name];
    }
    return null;
  };
  return find(args, "", false)?.join(".") ?? null;
}

/** Every argument that is no object, by its path, but for those with a longer path than `MAX_PATH`; what lists hold is under the list's path. */
export function leavesOf(args: JsonObject, before = ""): [path: string, value: JsonValue][] {
  return Object.entries(args).flatMap(([name, value]): [string, JsonValue][] => {
    const path = before === "" ? name : `${before}.${name}`;
    if (path.length > MAX_PATH) return [];
    return isObject(value) ? leavesOf(value, path) : [[path, value]];
  });
}

/** The argument at a path, own properties alone. */
export function argumentAt(args: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = args;
  for (const name of path.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
