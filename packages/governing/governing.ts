import { createHash } from "node:crypto";
import { type ToolMapping, toolMapping } from "@ledgix/contract/tool";
import { locator } from "@ledgix/rules/locate";
import { parseRule, type Terms } from "@ledgix/rules/parse";
import { type DecidingRule, type RuleSet, ruleOf, ruleSet } from "@ledgix/rules/settle";
import { readCedar } from "@ledgix/rules/validate";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** A version that covers the tool of a call. */
export type CoveringPolicy = {
  policy_id: string;
  policy_version_id: string;
  content_hash: string;
  title: string;
};

/** A rule where it is written. `rule` is null where it is not understood, `place` where the document does not hold it. */
export type WrittenRule = {
  policy: CoveringPolicy;
  text: string;
  problem: string | null;
  rule: DecidingRule | null;
  place: { start: number; end: number } | null;
};

/** All that decides about calls of one tool. */
export type Governing = {
  policies: CoveringPolicy[];
  rules: WrittenRule[];
  /** Rules that are written, and say nothing about this tool. See `pausesNothing`. */
  aside: WrittenRule[];
  set: RuleSet;
  mapping: ToolMapping | null;
  /** The same as long as the same versions, terms and mapping govern the tool. */
  hash: string;
};

const storedVersion = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  content_hash: z.string(),
  title: z.string(),
  content: z.string(),
  tools: z.array(z.string()),
  rules: z.array(z.string()),
  cedar: z.string(),
});

const overview = z.object({
  versions: z.array(z.string()),
  mapping: toolMapping.nullable(),
  terms: z.record(z.string(), z.string()).nullable(),
});

type Compiled = Omit<Governing, "mapping" | "hash">;
/** What stands in for what is stored: a mapping, or terms, that somebody is about to change. */
export type Instead = { mapping?: { tool_name: string; mapping: ToolMapping | null } | undefined; terms?: Terms | undefined };

/** Compiled rules by the versions that they come from: a version never changes, so neither does what it compiles to. */
const KEPT = 256;
const compiled = new Map<string, Compiled>();

/**
 * The policies in force that cover a tool, those that name it first, with their rules ready to be asked.
 *
 * @param draft a version that stands in for its policy's version in force, whatever tools that one covered
 */
export async function governing(
  database: Queryable,
  toolName: string,
  draft: string | null = null,
  instead: Instead = {},
): Promise<Governing> {
  const found = await database.row(
    overview,
    `select
       coalesce((select array_agg(v.policy_version_id::text order by cardinality(v.tools) = 0, v.created_at desc, v.policy_id) from (
         select policy_id, policy_version_id, tools, created_at from policies_in_force
         where $2::uuid is null or policy_id <> (select policy_id from policy_versions where policy_version_id = $2)
         union all
         select policy_id, policy_version_id, tools, created_at from policy_versions where policy_version_id = $2
       ) v where cardinality(v.tools) = 0 or $1 = any(v.tools)), '{}') as versions,
       (select mapping from tool_mappings where tool_name = $1) as mapping,
       (select json_object_agg(phrase, meaning order by phrase) from policy_terms) as terms`,
    [toolName, draft],
  );
  const versions = found?.versions ?? [];
  const terms = instead.terms ?? found?.terms ?? {};
  const mapping = instead.mapping?.tool_name === toolName ? instead.mapping.mapping : (found?.mapping ?? null);
  const key = JSON.stringify([versions, terms]);
  const kept = compiled.get(key) ?? (await compile(database, versions, terms));
  remember(key, kept);
  const hash = createHash("sha256")
    .update(JSON.stringify([versions, terms, mapping]))
    .digest("hex");
  return { ...kept, mapping, hash };
}

/** The one that was asked longest ago goes first. */
function remember(key: string, kept: Compiled): void {
  compiled.delete(key);
  compiled.set(key, kept);
  const [oldest] = compiled.keys();
  if (compiled.size > KEPT && oldest !== undefined) compiled.delete(oldest);
}

async function compile(database: Queryable, versionIds: string[], terms: Terms): Promise<Compiled> {
  const versions = await database.rows(
    storedVersion,
    `select policy_id, policy_version_id, content_hash, title, content, tools, rules, cedar from policy_versions
     where policy_version_id = any($1::uuid[]) order by array_position($1::uuid[], policy_version_id)`,
    [versionIds],
  );
  const covering = versions.map((version) => ({ coversAll: version.tools.length === 0, rules: rulesOf(version, terms) }));
  const written = covering.flatMap((each) => {
    const isQuiet = pausesNothing(
      each,
      covering.filter((other) => other !== each),
    );
    return each.rules.map((rule) => ({ rule, isAside: isQuiet && (rule.rule === null || rule.rule.effect === "allow") }));
  });
  const rules = written.flatMap(({ rule, isAside }) => (isAside ? [] : [rule]));
  return {
    policies: versions.map(policyOf),
    rules,
    aside: written.flatMap(({ rule, isAside }) => (isAside ? [rule] : [])),
    set: ruleSet(
      rules.map(({ rule }) => rule),
      rules.map(({ text }) => text),
    ),
  };
}

type Covering = { coversAll: boolean; rules: WrittenRule[] };

/**
 * A sentence that is not understood pauses the tools that its policy names; where that names none, only those that no other policy covers, be
 * it by name or by rules of which every one is understood. Otherwise one such sentence would stop every tool of the tenant. For the tools that
 * it does not pause, its policy approves nothing either: it may have meant to deny them. What it denies or pauses stays.
 */
function pausesNothing(policy: Covering, others: Covering[]): boolean {
  if (!policy.coversAll || isUnderstood(policy)) return false;
  return others.some((other) => !other.coversAll || (other.rules.length > 0 && isUnderstood(other)));
}

const isUnderstood = ({ rules }: Covering) => rules.every(({ rule }) => rule !== null);

function rulesOf(version: z.infer<typeof storedVersion>, terms: Terms): WrittenRule[] {
  const policy = policyOf(version);
  const place = locator(version.content);
  const sentences = version.rules.map((text): WrittenRule => {
    const parsed = parseRule(text, terms);
    return {
      policy,
      text,
      problem: parsed.ok ? null : parsed.problem,
      rule: ruleOf(parsed, text),
      place: place.of(text),
    };
  });
  const written = readCedar(version.cedar);
  const policies = written.ok ? written.rules : version.cedar === "" ? [] : [null];
  return [
    ...sentences,
    ...policies.map((rule) => ({
      policy,
      text: rule?.cedar ?? version.cedar,
      problem: written.ok ? null : written.problem,
      rule,
      place: null,
    })),
  ];
}

const policyOf = ({ policy_id, policy_version_id, content_hash, title }: z.infer<typeof storedVersion>): CoveringPolicy => ({
  policy_id,
  policy_version_id,
  content_hash,
  title,
});
