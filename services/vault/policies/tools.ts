import { type JsonValue, jsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import { type ObservedArgument, type ObservedTool, type ToolMapping, toolMapping } from "@ledgix/contract/tool";
import { actsByName } from "@ledgix/rules/acts";
import { leavesOf } from "@ledgix/rules/facts";
import { isCurrency } from "@ledgix/rules/rule";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";

/** Calls of a tool that its arguments are learned from. */
const LOOKED_AT = 200;
const MAX_ARGUMENTS = 100;
const EXAMPLES = 3;

const toolRow = z.object({
  tool_name: z.string(),
  requests: z.coerce.number(),
  last_seen: z.date().nullable(),
  mapping: toolMapping.nullable(),
  confirmed_at: z.date().nullable(),
  confirmed_by: z.string().nullable(),
});

/** The tools that agents called in the last 90 days, and those that were mapped, with what their arguments look like. */
export async function listTools(database: Queryable, { withExamples }: { withExamples: boolean }): Promise<ObservedTool[]> {
  const tools = await database.rows(
    toolRow,
    `with seen as (
       select tool_name, count(*) as requests, max(requested_at) as last_seen from clearance_requests
       where requested_at > now() - interval '90 days' group by tool_name)
     select coalesce(s.tool_name, m.tool_name) as tool_name, coalesce(s.requests, 0) as requests, s.last_seen, m.mapping, m.confirmed_at,
       m.confirmed_by
     from seen s full join tool_mappings m on m.tool_name = s.tool_name order by requests desc, tool_name limit 200`,
  );
  const observed: ObservedTool[] = [];
  for (const tool of tools) {
    const calls = await database.rows(
      z.object({ tool_args: jsonObject }),
      `select tool_args from clearance_requests where tool_name = $1 order by requested_at desc limit ${LOOKED_AT}`,
      [tool.tool_name],
    );
    const found = observe(calls.map(({ tool_args }) => leavesOf(tool_args)));
    observed.push({
      ...tool,
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
  const numeric = found.filter(({ types }) => types.includes("number"));
  const amount =
    numeric.find(({ path }) => /(?:^|\.)amount/i.test(path)) ?? numeric.find(({ path }) => /total|sum|price|value/i.test(path));
  const currency = found.find(({ path, values }) => /currency/i.test(path) && values.every(isCurrencyCode));
  return toolMapping.parse({
    acts: actsByName(toolName),
    amount: amount && {
      path: amount.path,
      unit: /cents|minor|pence/i.test(amount.path) ? "minor" : "major",
      currency: currency ? { path: currency.path } : { code: "USD" },
    },
    payee: found.find(({ path, types }) => PAYEES.test(path) && types.includes("text"))?.path ?? null,
    known_arguments: found.map(({ path }) => path),
  });
}

const isCurrencyCode = (value: JsonValue) => typeof value === "string" && isCurrency(value.toUpperCase());

/** Confirms what the arguments of a tool mean: from now on rules go by it. @throws {ProblemError} `invalid_body` */
export async function confirmMapping(
  deps: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  principal: Principal,
  toolName: string,
  mapping: ToolMapping,
): Promise<void> {
  if (toolName.length > 256) throw new ProblemError("invalid_body", "A tool's name has up to 256 characters.");
  const code = mapping.amount && "code" in mapping.amount.currency ? mapping.amount.currency.code : null;
  if (code !== null && !isCurrency(code))
    throw new ProblemError("invalid_body", `${code} is no currency. Use its code, such as USD.`);
  await database.transaction(async (transaction) => {
    await transaction.run(
      `insert into tool_mappings (tool_name, mapping, confirmed_by) values ($1, $2::json, $3)
       on conflict (tool_name) do update set mapping = excluded.mapping, confirmed_by = excluded.confirmed_by, confirmed_at = now()`,
      [toolName, JSON.stringify(mapping), principalLabel(principal)],
    );
    // The control plane holds no tool arguments: the unit, not the names.
    await audit(deps, principal, "tool.mapping_confirmed", toolName, { acts: mapping.acts, unit: mapping.amount?.unit ?? null });
  });
}

/** Forgets a mapping: rules over the amount pause again. @throws {ProblemError} `not_found` */
export async function removeMapping(
  deps: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  principal: Principal,
  toolName: string,
): Promise<void> {
  await database.transaction(async (transaction) => {
    const removed = await transaction.run("delete from tool_mappings where tool_name = $1", [toolName]);
    if (removed === 0) throw new ProblemError("not_found", "This tool has no mapping.");
    await audit(deps, principal, "tool.mapping_removed", toolName, {});
  });
}
