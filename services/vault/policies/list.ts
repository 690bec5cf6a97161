import {
  type PolicyDocument,
  type PolicyList,
  type PolicyState,
  type PolicyVersion,
  waitingDraft,
} from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { parseRule, type Terms } from "@ledgix/rules/parse";
import { proposeRules } from "@ledgix/rules/propose";
import { readCedar } from "@ledgix/rules/validate";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { findingsOf } from "./findings.ts";
import { readTermMap } from "./terms.ts";

const versionRow = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  version: z.number(),
  title: z.string(),
  description: z.string(),
  source: z.enum(["register", "upload", "editor", "confluence"]),
  content_hash: z.string(),
  tools: z.array(z.string()),
  categories: z.array(z.string()),
  rules: z.array(z.string()),
  cedar: z.string(),
  note: z.string(),
  effective_from: z.date().nullable(),
  effective_until: z.date().nullable(),
  activated_by: z.string().nullable(),
  indexed_at: z.date().nullable(),
  created_at: z.date(),
  created_by: z.string(),
  is_by_key: z.boolean(),
});
const COLUMNS = Object.keys(versionRow.omit({ is_by_key: true }).shape)
  .map((column) => `v.${column}`)
  .concat("coalesce(v.created_by_id like 'key:%', false) as is_by_key")
  .join(", ");
/** Drafts of keys that no later version has overtaken in force. */
const WAITING = `v.effective_from is null and v.created_by_id like 'key:%' and not exists (
  select from policy_versions later where later.policy_id = v.policy_id and later.version > v.version and later.effective_from is not null)`;
const waitingRow = waitingDraft.extend({ policy_id: z.string(), created_at: z.date() });
const STATE = `case when v.effective_from is null then 'draft' when v.effective_from > now() then 'scheduled'
  when exists (select from policies_in_force f where f.policy_version_id = v.policy_version_id) then 'in_force' else 'retired' end`;
const stateful = versionRow.extend({ state: z.enum(["draft", "scheduled", "in_force", "retired"]) });

/** Each policy by its version in force, or by its newest one where none is; by title. */
export async function listPolicies(database: Queryable): Promise<PolicyList["policies"]> {
  const terms = await readTermMap(database);
  const rows = await database.rows(
    stateful.extend({ newest_version: z.number(), newest_state: stateful.shape.state }),
    `with stated as (select ${COLUMNS}, ${STATE} as state from policy_versions v),
       newest as (select distinct on (policy_id) policy_id, version as newest_version, state as newest_state from stated
         order by policy_id, version desc)
     select * from (
       select distinct on (s.policy_id) s.*, n.newest_version, n.newest_state from stated s join newest n using (policy_id)
       order by s.policy_id, s.state = 'in_force' desc, s.version desc
     ) v order by lower(title), policy_id`,
  );
  const waiting = await database.rows(
    waitingRow,
    `select policy_id, policy_version_id, version, created_by, created_at from policy_versions v where ${WAITING} order by version desc`,
  );
  return rows.map(({ newest_version, newest_state, ...row }) => ({
    ...toVersion(row, terms),
    newest_version,
    newest_state,
    waiting_drafts: waiting
      .filter(({ policy_id }) => policy_id === row.policy_id)
      .map(({ policy_id: _, created_at, ...draft }) => ({ ...draft, created_at: created_at.toISOString() })),
  }));
}

/** One policy with its text, in force (or, where none is, the newest), or as it was in the given version. @throws {ProblemError} `not_found` */
export async function readPolicy(database: Queryable, policyId: string, policyVersionId?: string): Promise<PolicyDocument> {
  if (policyVersionId !== undefined && !z.uuid().safeParse(policyVersionId).success) throw notFound();
  const row = await database.row(
    stateful.extend({
      content: z.string(),
      pages: z.array(z.number()),
      origin: z.object({ file_name: z.string(), sha256: z.string(), bytes: z.number() }).nullable(),
    }),
    `select ${COLUMNS}, ${STATE} as state, v.content, v.pages, v.origin from policy_versions v
     where v.policy_id = $1 and ($2::uuid is null or v.policy_version_id = $2)
     order by exists (select from policies_in_force f where f.policy_version_id = v.policy_version_id) desc, v.version desc limit 1`,
    [policyId, policyVersionId ?? null],
  );
  if (row === null) throw notFound();
  const terms = await readTermMap(database);
  const versions = await database.rows(
    stateful.pick({
      policy_version_id: true,
      version: true,
      state: true,
      effective_from: true,
      effective_until: true,
      note: true,
      created_at: true,
      created_by: true,
    }),
    `select v.policy_version_id, v.version, ${STATE} as state, v.effective_from, v.effective_until, v.note, v.created_at, v.created_by
     from policy_versions v where policy_id = $1 order by version desc`,
    [policyId],
  );
  return {
    ...toVersion(row, terms),
    content: row.content,
    pages: row.pages,
    origin: row.origin,
    findings: await findingsOf(database, row, terms),
    proposals: proposalsIn(row, terms),
    versions: versions.map((version) => ({
      ...version,
      effective_from: version.effective_from?.toISOString() ?? null,
      effective_until: version.effective_until?.toISOString() ?? null,
      created_at: version.created_at.toISOString(),
    })),
  };
}

/** @throws {ProblemError} `not_found` where the tenant has no such version, of this policy where one is named */
export async function assertVersion(database: Queryable, policyVersionId: string, policyId: string | null = null): Promise<void> {
  const found = await database.row(
    z.object({ found: z.literal(true) }),
    "select true as found from policy_versions where policy_version_id = $1 and ($2::text is null or policy_id = $2)",
    [policyVersionId, policyId],
  );
  if (found === null) throw new ProblemError("not_found", "There is no version of this id.");
}

/** What a document says that could be rules. One that was written as rules has nothing to propose. */
function proposalsIn({ source, content, rules }: { source: string; content: string; rules: string[] }, terms: Terms) {
  if (source === "register") return [];
  return proposeRules(content, terms).map(({ text, start, end, parsed }) => ({
    text,
    start,
    end,
    effect: parsed.ok ? parsed.rule.effect : null,
    problem: parsed.ok ? null : parsed.problem,
    is_confirmed: rules.includes(text),
  }));
}

function toVersion(row: z.infer<typeof versionRow> & { state: PolicyState }, terms: Terms): PolicyVersion {
  const cedar = readCedar(row.cedar);
  return {
    policy_id: row.policy_id,
    policy_version_id: row.policy_version_id,
    version: row.version,
    title: row.title,
    description: row.description,
    source: row.source,
    content_hash: row.content_hash,
    tools: row.tools,
    categories: row.categories,
    rules: row.rules.map((text) => {
      const parsed = parseRule(text, terms);
      return parsed.ok ? { text, effect: parsed.rule.effect, problem: null } : { text, effect: null, problem: parsed.problem };
    }),
    cedar: row.cedar,
    cedar_problem: cedar.ok ? null : cedar.problem,
    state: row.state,
    effective_from: row.effective_from?.toISOString() ?? null,
    effective_until: row.effective_until?.toISOString() ?? null,
    activated_by: row.activated_by,
    is_by_key: row.is_by_key,
    note: row.note,
    indexing: row.indexed_at === null ? "indexing" : "ready",
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

const notFound = () => new ProblemError("not_found", "There is no policy of this id.");
