import { DEFAULT_MINIMUM_CONFIDENCE } from "@ledgix/contract/confidence";
import type { JsonObject, JsonValue } from "@ledgix/contract/json";
import { hours, notificationRoute } from "@ledgix/contract/notifications";
import { reviewRule } from "@ledgix/contract/review-rules";
import { toolTemplate } from "@ledgix/contract/settings";
import { commonNames, type Difference, itemsOf } from "@ledgix/contract/settings-changes";
import { toolMapping } from "@ledgix/contract/tool";
import { z } from "zod";
import { describeHours, describeWhat, describeWhom } from "../notifications/describe-route";
import { describeDemand, describeWhen } from "./describe-rule";

/** A difference in words: what it is about, and how that was and is. */
export type Described = { title: string; was: string | null; is: string | null };

type Words = {
  /** What a part is called, or one of its items, whose name is `item`. */
  title: (item: string, value: JsonValue | undefined) => string;
  value: (value: JsonValue | undefined) => string;
  /** How the order of its items is called. */
  order?: string;
};

const onOff = (value: JsonValue | undefined) => (value === true ? "on" : "off");
const plain = (value: JsonValue | undefined) =>
  typeof value === "boolean"
    ? onOff(value)
    : typeof value === "string" || typeof value === "number"
      ? String(value)
      : value === null || value === undefined
        ? "none"
        : Array.isArray(value) && value.every((each) => typeof each === "string")
          ? value.join(", ") || "none"
          : "another choice";
const score = (value: JsonValue | undefined) => z.number().catch(DEFAULT_MINIMUM_CONFIDENCE).parse(value).toFixed(2);
const nameIn = (value: JsonValue | undefined, otherwise: string) =>
  z.object({ name: z.string() }).safeParse(value).data?.name ?? otherwise;
/** Words for what a schema reads. */
const words =
  <Schema extends z.ZodType>(schema: Schema, say: (value: z.output<Schema>) => string) =>
  (value: JsonValue | undefined) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? say(parsed.data) : plain(value);
  };

const parts: Record<string, Words> = {
  rules: {
    title: (item, value) => `Rule “${nameIn(value, item)}”`,
    value: words(reviewRule, (rule) => `${describeWhen(rule)}. ${describeDemand(rule)}`),
    order: "Order of the rules",
  },
  routes: {
    title: (item, value) => `Route “${nameIn(value, item)}”`,
    value: words(
      notificationRoute,
      (route) => `${route.is_enabled ? "" : "Switched off. "}${describeWhat(route)}, to ${describeWhom(route)}`,
    ),
    order: "Order of the routes",
  },
  terms: {
    title: (item) => `Term “${item}”`,
    value: words(z.object({ meaning: z.string() }), ({ meaning }) => `means ${meaning}`),
  },
  tool_thresholds: { title: (item) => `Threshold of ${item}`, value: score },
  templates: {
    title: (item) => `Sentence of ${item}`,
    value: words(toolTemplate, ({ text, noun }) => `wants to ${text}; button: Approve ${noun}`),
  },
  canned_reasons: { title: (item) => `Reason “${item}”`, value: () => "", order: "Order of the reasons" },
  minimum_confidence_score: { title: () => "Threshold of every tool", value: score },
  separate_key_creators: { title: () => "Nobody decides requests of keys that they created", value: onOff },
  minimum_membership_days: {
    title: () => "Membership before one is of two who approve",
    value: (value) => `${plain(value)} days`,
  },
  deny_uncovered: { title: () => "Deny what no policy covers", value: onOff },
  quiet_hours: { title: () => "Quiet hours", value: words(hours, describeHours) },
  time_zone: { title: () => "Time zone", value: plain },
  delivery_retention_days: { title: () => "Delivery log", value: (value) => `kept for ${plain(value)} days` },
  acts: { title: (item) => `It is a ${item}`, value: () => "" },
  amount: {
    title: () => "Amount",
    value: words(
      toolMapping.shape.amount.unwrap().unwrap(),
      ({ path, unit, currency }) =>
        `${path}, in ${unit === "major" ? "whole" : "minor"} units of ${"code" in currency ? currency.code : `what ${currency.path} says`}`,
    ),
  },
  payee: { title: () => "Who gets it", value: plain },
  destination: { title: () => "Where it goes", value: plain },
};

const capitalised = (part: string) => part.charAt(0).toUpperCase() + part.slice(1).replaceAll("_", " ");
const wordsOf = (part: string): Words =>
  (Object.hasOwn(parts, part) ? parts[part] : undefined) ?? {
    title: (item) => (item === "" ? capitalised(part) : `${capitalised(part)}: ${item}`),
    value: plain,
  };

/** A difference between two contents, in words. */
export function describeDifference({ part, item, how }: Difference, before: JsonObject, after: JsonObject): Described {
  const { title, value, order = `Order of ${part}` } = wordsOf(part);
  if (how === "moved") {
    const [was, is] = [itemsOf(part, before[part]), itemsOf(part, after[part])];
    const list = (of: typeof was, other: typeof was) =>
      commonNames(of ?? new Map(), other ?? new Map())
        .map((name) => nameIn(of?.get(name), name))
        .join(", ");
    return { title: order, was: list(was, is), is: list(is, was) };
  }
  const [was, is] = [before, after].map((content) => (item === null ? content[part] : itemsOf(part, content[part])?.get(item)));
  const named = title(item ?? "", was ?? is);
  const text = { was: how === "added" ? null : value(was) || null, is: how === "removed" ? null : value(is) || null };
  if (how !== "changed") return { title: named, ...text };
  const renamed = title(item ?? "", is);
  if (renamed !== named) return { title: named, was: text.was, is: `${renamed}. ${text.is ?? ""}` };
  return text.was === text.is ? { title: named, was: null, is: "in its details" } : { title: named, ...text };
}

/** Parts that nobody chooses, and that follow from what is chosen or seen. */
export const isChosen = ({ part }: Difference) => part !== "known_arguments";
