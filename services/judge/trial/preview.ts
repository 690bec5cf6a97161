import type { PreviewAnswer, previewRequest } from "@ledgix/contract/judge";
import { type ToolMapping, toolMapping } from "@ledgix/contract/tool";
import { ratesRead } from "@ledgix/governing/rates";
import { ruledCall } from "@ledgix/governing/settle-call";
import { findConflicts } from "@ledgix/rules/conflicts";
import { factsOf } from "@ledgix/rules/facts";
import { parseRule } from "@ledgix/rules/parse";
import { type DecidingRule, ruleOf, ruleSet, trace } from "@ledgix/rules/settle";
import { readCedar } from "@ledgix/rules/validate";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { callOf, recentRequests } from "./history.ts";

/** Recent requests that rules are held against while they are written. */
const LOOKED_AT = 500;
const EXAMPLES = 3;

/** Reads rules that are being written: what each compiles to, what is not understood, and which recent requests it would have met. */
export async function previewRules(database: Queryable, asked: z.output<typeof previewRequest>): Promise<PreviewAnswer> {
  const [terms, mappings, past] = [
    await readTerms(database),
    await readMappings(database),
    await recentRequests(database, asked.tools, LOOKED_AT),
  ];
  const sentences = asked.rules.map((text) => ({ text, parsed: parseRule(text, terms) }));
  const cedar = readCedar(asked.cedar);
  const written = [
    ...sentences.map(({ text, parsed }) => ({
      text,
      rule: ruleOf(parsed, text),
      problem: parsed.ok ? null : parsed.problem,
    })),
    ...(cedar.ok ? cedar.rules : []).map((rule) => ({ text: rule.cedar, rule, problem: null })),
  ];
  const set = ruleSet(written.map(({ rule }) => rule));
  const rows = written.map(({ text, rule, problem }) => ({ ...readingOf(text, rule, problem), ...nothing() }));
  // Whether a count was reached then is a backtest's question; here every call is a first one.
  const uncounted = Object.fromEntries(ratesRead(set.reads).map((key) => [key, 0]));
  for (const request of past) {
    const call = ruledCall(callOf(request), uncounted);
    const mapping = mappings.get(request.tool_name) ?? null;
    for (const [i, answer] of trace(set, call, mapping).entries()) {
      const row = rows[i];
      if (row === undefined || answer === "no" || row.cedar === null) continue;
      if (answer === "unsure") {
        row.unsure++;
        const reads = set.readsOf[i];
        for (const why of reads ? factsOf(call, mapping, reads).missing.values() : [])
          if (row.why.length < EXAMPLES && !row.why.includes(why)) row.why.push(why);
        continue;
      }
      row.matches++;
      const { request_id, tool_name, agent_id, tool_args, requested_at } = request;
      if (row.examples.length < EXAMPLES)
        row.examples.push({ request_id, tool_name, agent_id, tool_args, at: requested_at.toISOString() });
    }
  }
  const rules = sentences.map(({ parsed }) => (parsed.ok ? parsed.rule : null));
  return {
    rules: rows,
    cedar_problem: cedar.ok ? null : cedar.problem,
    looked_at: past.length,
    findings: findConflicts(rules).map(({ kind, rule, by }) => ({
      kind,
      rule: sentences[rule]?.text ?? "",
      by: sentences[by]?.text ?? "",
    })),
  };
}

type Row = PreviewAnswer["rules"][number];

function readingOf(
  text: string,
  rule: DecidingRule | null,
  problem: string | null,
): Pick<Row, "text" | "effect" | "problem" | "cedar"> {
  return { text, effect: rule?.effect ?? null, problem, cedar: rule?.cedar ?? null };
}

const nothing = (): Pick<Row, "matches" | "unsure" | "why" | "examples"> => ({ matches: 0, unsure: 0, why: [], examples: [] });

export async function readTerms(database: Queryable): Promise<Record<string, string>> {
  const rows = await database.rows(
    z.object({ phrase: z.string(), meaning: z.string() }),
    "select phrase, meaning from policy_terms",
  );
  return Object.fromEntries(rows.map(({ phrase, meaning }) => [phrase, meaning]));
}

async function readMappings(database: Queryable): Promise<Map<string, ToolMapping>> {
  const rows = await database.rows(
    z.object({ tool_name: z.string(), mapping: toolMapping }),
    "select tool_name, mapping from tool_mappings",
  );
  return new Map(rows.map(({ tool_name, mapping }) => [tool_name, mapping]));
}
