import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { amountIn, formatMoney, formatNumber } from "./money.ts";

/** How an admin wants calls of one tool to read: "refund {amount:money} to customer {customer}", and the noun of its button. */
export type ToolTemplate = { text: string; noun: string };

export const templateFormats = ["money", "minor", "number", "date"] as const;
type TemplateFormat = (typeof templateFormats)[number];

const PLACEHOLDER = /\{([^{}:]+)(?::([a-z]+))?\}/g;

/** What is wrong with a template, in a sentence; null where nothing is. */
export function templateProblem(text: string): string | null {
  if (text.trim() === "") return "Write what the call does, such as: refund {amount:money} to {customer}.";
  if (text.replaceAll(PLACEHOLDER, "").match(/[{}]/)) return "A brace is open. Write an argument as {name} or {name:money}.";
  for (const [, , format] of text.matchAll(PLACEHOLDER)) {
    if (format !== undefined && !(templateFormats as readonly string[]).includes(format))
      return `"${format}" is no format. Use ${templateFormats.join(", ")}, or none.`;
  }
  return null;
}

/** Fills a template from a call's arguments; null where the call lacks one of them, since half a sentence would mislead. */
export function fillTemplate(text: string, args: JsonObject): string | null {
  let isWhole = true;
  const filled = text.replaceAll(PLACEHOLDER, (_, path: string, format: string | undefined) => {
    const value = formatValue(valueAt(args, path.trim()), format, args);
    if (value === null) isWhole = false;
    return value ?? "";
  });
  return isWhole ? filled : null;
}

/** The value at a dotted path: `customer.email`, `items.0.sku`. */
function valueAt(args: JsonObject, path: string): JsonValue | undefined {
  return path.split(".").reduce<JsonValue | undefined>((value, name) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.hasOwn(value, name) ? (value as Record<string, JsonValue>)[name] : undefined; // an array has its indices as names
  }, args);
}

function formatValue(value: JsonValue | undefined, format: string | undefined, args: JsonObject): string | null {
  if (value === undefined || value === null || value === "") return null;
  switch (format as TemplateFormat | undefined) {
    case "money":
    case "minor": {
      if (typeof value !== "number") return null;
      const currency = amountIn({ ...args, amount: value })?.currency ?? null;
      return formatMoney({ amount: format === "minor" ? value / 100 : value, currency });
    }
    case "number":
      return typeof value === "number" ? formatNumber(value) : null;
    case "date": {
      const at = typeof value === "string" || typeof value === "number" ? new Date(value) : new Date(Number.NaN);
      return Number.isNaN(at.getTime()) ? null : at.toISOString().slice(0, 10);
    }
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}
