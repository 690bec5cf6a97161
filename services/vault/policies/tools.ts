import { compared, recordedColumns } from "@ledgix/contract/call-record";
import { type JsonValue, jsonObject } from "@ledgix/contract/json";
import {
  argumentPath,
  MAX_ACTS,
  type ObservedArgument,
  type ObservedTool,
  type ToolMapping,
  toolMapping,
} from "@ledgix/contract/tool";
import { actsByName } from "@ledgix/rules/acts";
import { leavesOf } from "@ledgix/rules/named";
import { isCurrency } from "@ledgix/rules/rule";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { versionOf } from "../settings/version.ts";
import { MAPPING_DOCUMENT } from "./mapping.ts";

/** Calls of a tool that its arguments are learned from. */
const LOOKED_AT = 200;
const MAX_ARGUMENTS = 100;
const EXAMPLES = 3;

const toolRow = z.object({
  tool_name: z.string(),
  requests: z.coerce.number(),
  last_seen: z.date().nullable(),
  mapping: jsonObject.nullable(),
  revision: z.coerce.number(),
  confirmed_at: z.date().nullable(),
  confirmed_by: z.string().nullable(),
});

const observedCall = z.object(recordedColumns);

/** The tools that agents called in the last 90 days, and those that were mapped, with what their arguments look like. */
export async function listTools(database: Queryable, { withExamples }: { withExamples: boolean }): Promise<ObservedTool[]> {
  const tools = await database.rows(
    toolRow,
    `with seen as (
       select tool_name, count(*) as requests, max(requested_at) as last_seen from clearance_requests
       where requested_at > now() - interval '90 days' group by tool_name)
     select coalesce(s.tool_name, m.tool_name) as tool_name, coalesce(s.requests, 0) as requests, s.last_seen, m.mapping, m.confirmed_at,
       m.confirmed_by, coalesce(d.revision, 0) as revision
     from seen s full join tool_mappings m on m.tool_name = s.tool_name
       left join settings_documents d on d.document = $1 || coalesce(s.tool_name, m.tool_name)
     order by requests desc, tool_name limit 200`,
    [MAPPING_DOCUMENT],
  );
  const observed: ObservedTool[] = [];
  for (const { revision, mapping, ...tool } of tools) {
    const calls = await database.rows(
      observedCall.transform(compared),
      `select ${Object.keys(observedCall.shape).join(", ")} from clearance_requests where tool_name = $1 order by requested_at desc limit ${LOOKED_AT}`,
      [tool.tool_name],
    );
    const found = observe(calls.filter(({ record }) => record === "intact").map(({ tool_args }) => leavesOf(tool_args)));
    observed.push({
      ...tool,
      mapping: mapping && toolMapping.parse(mapping),
      version: versionOf(revision, mapping ?? {}),
      last_seen: tool.last_seen?.toISOString() ?? null,
      confirmed_at: tool.confirmed_at?.toISOString() ?? null,
      looked_at: calls.length,
      arguments: found.map(({ values, ...argument }) => ({
        ...argument,
        examples: withExamples ? [...new Set(values.map(shown))].slice(0, EXAMPLES) : [],
      })),
      proposal: propose(tool.tool_name, found),
    });
  }
  return observed;
}

type Observed = Omit<ObservedArgument, "examples"> & { values: JsonValue[] };

function observe(calls: [string, JsonValue][][]): Observed[] {
  const found = new Map<string, Observed>();
  for (const [path, value] of calls.flat()) {
    const argument = found.get(path) ?? { path, types: [], seen: 0, values: [] };
    found.set(path, argument);
    argument.seen++;
    if (!argument.types.includes(typeOf(value))) argument.types.push(typeOf(value));
    if (argument.values.length < 50) argument.values.push(value);
  }
  return [...found.values()].toSorted((a, b) => b.seen - a.seen).slice(0, MAX_ARGUMENTS);
}

function typeOf(value: JsonValue): ObservedArgument["types"][number] {
  if (Array.isArray(value)) return "list";
  if (value === null) return "null";
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "flag" : "text";
}

const shown = (value: JsonValue) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const PAYEES =
  /(?:^|\.)(?:payee|recipient|to|customer|customer_id|account|account_id|beneficiary|vendor|supplier|email|user_id)$/i;

/** What the names and values suggest: an amount that is a number, and a currency that always is one. */
function propose(toolName: string, found: Observed[]): ToolMapping {
  // Agents call arguments what they like, and a mapping names only what it can tell apart.
  const nameable = found.filter(({ path }) => argumentPath.safeParse(path).success);
  const numeric = nameable.filter(({ types }) => types.includes("number"));
  const amount =
    numeric.find(({ path }) => /(?:^|\.)amount/i.test(path)) ?? numeric.find(({ path }) => /total|sum|price|value/i.test(path));
  const currency = nameable.find(({ path, values }) => /currency/i.test(path) && values.every(isCurrencyCode));
  return toolMapping.parse({
    acts: actsByName(toolName).slice(0, MAX_ACTS),
    amount: amount && {
      path: amount.path,
      unit: /cents|minor|pence/i.test(amount.path) ? "minor" : "major",
      currency: currency ? { path: currency.path } : { code: "USD" },
    },
    payee: nameable.find(({ path, types }) => PAYEES.test(path) && types.includes("text"))?.path ?? null,
    known_arguments: found.map(({ path }) => path),
  });
}

const isCurrencyCode = (value: JsonValue) => typeof value === "string" && isCurrency(value.toUpperCase());
