import { z } from "zod";
import { type JsonObject, type JsonValue, jsonObject } from "./json.ts";
import { problem } from "./problem.ts";

/** One thing that differs between two versions of a settings document. */
export type Difference = {
  /** The document's member, such as `rules`. */
  part: string;
  /** Which of its items; null where the part is compared as a whole, or where its items have another order. */
  item: string | null;
  how: "added" | "removed" | "changed" | "moved";
};

/** A `412 settings_changed`: what others changed since the version that the caller had, and what holds now. */
export const settingsChanged = problem.extend({
  code: z.literal("settings_changed"),
  /** Who changed the document last, and when; null where that is not known. */
  changed_by: z.string().nullable(),
  changed_at: z.string().nullable(),
  /** What differs from the caller's version, each with who changed it last; null where that version is not known. */
  changed: z
    .array(
      z.object({
        part: z.string(),
        item: z.string().nullable(),
        how: z.enum(["added", "removed", "changed", "moved"]),
        changed_by: z.string().nullable(),
        changed_at: z.string().nullable(),
      }),
    )
    .nullable(),
  /** The document as it is now, as `GET` answers it. */
  current: jsonObject,
});
export type SettingsChanged = z.infer<typeof settingsChanged>;

/** How the items of a part are told apart: by a member, by their name in an object, or by what they say. Other parts are one thing. */
const itemsBy: Record<string, "id" | "phrase" | "name" | "text"> = {
  rules: "id",
  routes: "id",
  terms: "phrase",
  tool_thresholds: "name",
  templates: "name",
  canned_reasons: "text",
  acts: "text",
  known_arguments: "text",
};

/**
 * The items of a part by their names, in their order. Null where the part is compared as a whole; also where two items have one name,
 * since one of them would be lost.
 *
 * @example itemsOf("tool_thresholds", { refund: 0.9 }) // Map { "refund" => 0.9 }
 */
export function itemsOf(part: string, value: JsonValue | undefined): Map<string, JsonValue> | null {
  const by = Object.hasOwn(itemsBy, part) ? itemsBy[part] : undefined;
  if (by === undefined || typeof value !== "object" || value === null) return null;
  if (by === "name") return Array.isArray(value) ? null : new Map(Object.entries(value));
  if (!Array.isArray(value)) return null;
  const items = new Map<string, JsonValue>();
  for (const item of value) {
    const name = by === "text" ? item : typeof item === "object" && item !== null && !Array.isArray(item) ? item[by] : undefined;
    if (typeof name !== "string" || items.has(name)) return null;
    items.set(name, item);
  }
  return items;
}

/** A part of these items: what `itemsOf` was made from. */
export function partOf(part: string, items: Map<string, JsonValue>): JsonValue {
  return itemsBy[part] === "name" ? Object.fromEntries(items) : [...items.values()];
}

/** Whether the order of a part's items says something: the first rule that fits is the one. */
export const hasOrder = (part: string) => itemsBy[part] === "id" || itemsBy[part] === "text";

/** Whether two JSON values say the same; the order of members says nothing. */
export function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, place) => isSame(each, b[place]));
  }
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]));
}

/** The names that both have, in the order of the first. */
export const commonNames = (a: Map<string, JsonValue>, b: Map<string, JsonValue>) => [...a.keys()].filter((name) => b.has(name));

/**
 * What differs between two versions of a document's content, item by item.
 *
 * @example compareSettings({ deny_uncovered: false }, { deny_uncovered: true }) // [{ part: "deny_uncovered", item: null, how: "changed" }]
 */
export function compareSettings(before: JsonObject, after: JsonObject): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((part) => {
    const was = itemsOf(part, before[part]);
    const is = itemsOf(part, after[part]);
    if (was === null || is === null) {
      return isSame(before[part], after[part]) ? [] : [{ part, item: null, how: "changed" as const }];
    }
    const differences: Difference[] = [...new Set([...was.keys(), ...is.keys()])].flatMap((item) => {
      if (isSame(was.get(item), is.get(item))) return [];
      return [{ part, item, how: !was.has(item) ? "added" : !is.has(item) ? "removed" : "changed" }];
    });
    const isMoved = hasOrder(part) && !isSame(commonNames(was, is), commonNames(is, was));
    return isMoved ? [...differences, { part, item: null, how: "moved" as const }] : differences;
  });
}
