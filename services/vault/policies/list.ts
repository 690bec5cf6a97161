import type { PolicyDocument, PolicyVersion } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { parseRule } from "@ledgix/rules/parse";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

const versionRow = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  version: z.number(),
  title: z.string(),
  description: z.string(),
  source: z.enum(["register", "upload"]),
  content_hash: z.string(),
  tools: z.array(z.string()),
  rules: z.array(z.string()),
  indexed_at: z.date().nullable(),
  created_at: z.date(),
  created_by: z.string(),
});
const COLUMNS = Object.keys(versionRow.shape)
  .map((column) => `v.${column}`)
  .join(", ");

/** The versions in force, by title. */
export async function listPolicies(database: Queryable): Promise<PolicyVersion[]> {
  const rows = await database.rows(
    versionRow,
    `select ${COLUMNS} from policies p join policy_versions v on v.policy_version_id = p.current_version_id order by lower(v.title), v.policy_id`,
  );
  return rows.map(toVersion);
}

/** One policy with its text, in force or as it was in the given version. @throws {ProblemError} `not_found` */
export async function readPolicy(database: Queryable, policyId: string, policyVersionId?: string): Promise<PolicyDocument> {
  if (policyVersionId !== undefined && !z.uuid().safeParse(policyVersionId).success) throw notFound();
  const row = await database.row(
    versionRow.extend({ content: z.string() }),
    `select ${COLUMNS}, v.content from policies p join policy_versions v on v.policy_id = p.policy_id
     where p.policy_id = $1 and v.policy_version_id = coalesce($2::uuid, p.current_version_id)`,
    [policyId, policyVersionId ?? null],
  );
  if (row === null) throw notFound();
  const versions = await database.rows(
    versionRow.pick({ policy_version_id: true, version: true, created_at: true, created_by: true }),
    "select policy_version_id, version, created_at, created_by from policy_versions where policy_id = $1 order by version desc",
    [policyId],
  );
  return {
    ...toVersion(row),
    content: row.content,
    versions: versions.map((version) => ({ ...version, created_at: version.created_at.toISOString() })),
  };
}

function toVersion({ indexed_at, ...row }: z.infer<typeof versionRow>): PolicyVersion {
  return {
    policy_id: row.policy_id,
    policy_version_id: row.policy_version_id,
    version: row.version,
    title: row.title,
    description: row.description,
    source: row.source,
    content_hash: row.content_hash,
    tools: row.tools,
    rules: row.rules.map((text) => {
      const rule = parseRule(text);
      return rule.ok ? { text, effect: rule.rule.effect, problem: null } : { text, effect: null, problem: rule.problem };
    }),
    indexing: indexed_at === null ? "indexing" : "ready",
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

const notFound = () => new ProblemError("not_found", "There is no policy of this id.");
