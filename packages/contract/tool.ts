import { z } from "zod";
import { settingsVersion } from "./settings.ts";

/** What a mapping says that a tool does, at most. */
export const MAX_ACTS = 8;

/** An argument by its name, or by the names on the way to it, joined by points: `customer.id`. */
export const argumentPath = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\w-]+(?:\.[\w-]+)*$/, "names an argument, such as amount or customer.id");

/**
 * What the arguments of a tool mean. Proposed from real calls, and used by rules only once an admin has confirmed it: a wrong unit is the
 * worst guess there is.
 */
export const toolMapping = z.object({
  /** What the tool does: "refund". Empty: what its name says. */
  acts: z.array(z.string().trim().toLowerCase().min(1).max(40)).max(MAX_ACTS).default([]),
  amount: z
    .object({
      path: argumentPath,
      /** `major`: 12.5 is 12.50 USD. `minor`: 1250 is. */
      unit: z.enum(["major", "minor"]),
      /** Whether it arrives as a number, or as a text of digits such as "12.50". */
      written: z.enum(["number", "text"]).default("number"),
      /** The argument that names the currency (ISO 4217), or the one that the tool always uses. */
      currency: z.union([z.object({ path: argumentPath }), z.object({ code: z.string().length(3).toUpperCase() })]),
    })
    .nullable()
    .default(null),
  /** Who is paid or written to. */
  payee: argumentPath.nullable().default(null),
  destination: argumentPath.nullable().default(null),
  /** The arguments that were known when this was confirmed. A new one that looks like an amount makes the amount doubtful. */
  known_arguments: z.array(z.string().max(256)).max(500).default([]),
});
export type ToolMapping = z.infer<typeof toolMapping>;

/** `GET /tools/{tool}/mapping`: what was confirmed, and by whom; all null where nothing was. */
export const confirmedMapping = z.object({
  tool_name: z.string(),
  mapping: toolMapping.nullable(),
  version: settingsVersion,
  confirmed_at: z.string().nullable(),
  confirmed_by: z.string().nullable(),
});
export type ConfirmedMapping = z.infer<typeof confirmedMapping>;

/** An argument as recent calls had it. */
export const observedArgument = z.object({
  path: z.string(),
  types: z.array(z.enum(["text", "number", "flag", "list", "null"])),
  /** Of the calls looked at, how many had it. */
  seen: z.number().int(),
  /** Values as they were sent, shortened; none for callers that may not read requests. */
  examples: z.array(z.string()),
});
export type ObservedArgument = z.infer<typeof observedArgument>;

/** A tool that agents called, or that somebody mapped. */
export const observedTool = z.object({
  /** Requests of the last 90 days. */
  requests: z.number().int(),
  last_seen: z.string().nullable(),
  /** The newest calls, up to 200, that the arguments were learned from. */
  looked_at: z.number().int(),
  arguments: z.array(observedArgument),
  /** What the names and values suggest. It counts for nothing. */
  proposal: toolMapping,
  ...confirmedMapping.shape,
});
export type ObservedTool = z.infer<typeof observedTool>;
export const observedTools = z.object({ tools: z.array(observedTool) });

/** How the policies in force meet a tool. */
export const toolCoverage = z.object({
  tool_name: z.string(),
  requests: z.number().int(),
  /** `governed`: rules settled every recent request. `partly`: some were left to people. `not_at_all`: no policy covers it. */
  state: z.enum(["governed", "partly", "not_at_all"]),
  /** Of the last 90 days' requests: settled by a rule, left open by policies that cover the tool, and covered by none. */
  settled: z.number().int(),
  open: z.number().int(),
  uncovered: z.number().int(),
  policies: z.array(z.object({ policy_id: z.string(), title: z.string(), rules: z.number().int() })),
  /** A rule asks about the amount, and nobody confirmed which argument that is. */
  needs_mapping: z.boolean(),
});
export type ToolCoverage = z.infer<typeof toolCoverage>;

export const policyCoverage = z.object({
  days: z.number().int(),
  tools: z.array(toolCoverage),
  /** Policies in force that no request of these days was judged under. */
  unused: z.array(z.object({ policy_id: z.string(), title: z.string() })),
  /** Rules in force that contradict or hide one another. */
  findings: z.array(
    z.object({
      kind: z.enum(["shadowed", "overlap"]),
      rule: z.string(),
      by: z.string(),
      of: z.string(),
      by_policy: z.string().nullable(),
    }),
  ),
});
export type PolicyCoverage = z.infer<typeof policyCoverage>;
