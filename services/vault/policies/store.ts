import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type Author, isKey } from "../access/principal.ts";
import { enqueue } from "../outbox/enqueue.ts";
import { announceActivation } from "./activate.ts";
import type { Unmoved } from "./keep-cases.ts";

export type NewPolicyVersion = {
  policyId: string;
  title: string;
  description: string;
  source: "register" | "upload" | "editor" | "confluence";
  mediaType: string;
  content: string;
  tools: string[];
  categories?: string[];
  rules: string[];
  cedar?: string;
  note?: string;
  pages?: number[];
  origin?: { file_name: string; sha256: string; bytes: number };
  author: Author;
  /** Kept as a draft, or put in force at once. */
  isDraft: boolean;
  /** Members are told of it, where it is new: a key's draft that they are to put in force. */
  isForMembers?: boolean;
};

/** `isDraft`: whether the version waits, which it does not where the same content is in force already. */
export type StoredVersion = { policyVersionId: string; version: number; isNew: boolean; isDraft: boolean };

/** Drafts of one key that may wait, over all policies. */
const MAX_WAITING = 200;

const newest = z.object({
  policy_version_id: z.string(),
  version: z.number(),
  content_hash: z.string(),
  is_draft: z.boolean(),
  has_ended: z.boolean(),
});

/** Stores a version, as a draft or in force. The same content as the newest one's is the same version. */
export async function storePolicyVersion(
  database: Database,
  policy: NewPolicyVersion,
  unmoved?: Unmoved,
): Promise<StoredVersion> {
  return database.transaction(async (transaction) => {
    await unmoved?.(transaction);
    return storeIn(transaction, policy);
  });
}

/**
 * The same, within a transaction of the caller's. What a key writes takes the place of its earlier draft of the policy, and touches nothing
 * that is, was or will be in force.
 *
 * @throws {ProblemError} `too_many_waiting`
 */
export async function storeIn(transaction: Queryable, policy: NewPolicyVersion): Promise<StoredVersion> {
  const { policyId, content, tools, rules, title, description, cedar = "", categories = [], author, isDraft } = policy;
  const contentHash = `sha256:${hashCanonicalJson({ content, tools, rules, title, description, ...(cedar && { cedar }), ...(categories.length > 0 && { categories }) })}`;
  // Taking the policy's row first makes two writers of one policy wait for each other.
  await transaction.run(
    "insert into policies (policy_id) values ($1) on conflict (policy_id) do update set policy_id = excluded.policy_id",
    [policyId],
  );
  if (isKey(author.id)) await dropEarlierDrafts(transaction, policyId, author, contentHash);
  const NEWEST = `select policy_version_id, version, content_hash, effective_from is null as is_draft,
       coalesce(effective_until <= now(), false) as has_ended from policy_versions`;
  const last = await transaction.row(newest, `${NEWEST} where policy_id = $1 order by version desc limit 1`, [policyId]);
  // One that has ended is history: its content comes back as a new version. Another's draft is not a key's own: it may be taken away.
  const current = isKey(author.id)
    ? await transaction.row(
        newest,
        `${NEWEST} where policy_id = $1 and content_hash = $2 and (effective_from is null and created_by_id = $3
           or policy_version_id in (select policy_version_id from policies_in_force)) order by effective_from limit 1`,
        [policyId, contentHash, author.id],
      )
    : last?.content_hash === contentHash && !last.has_ended
      ? last
      : null;
  if (current !== null) {
    const { policy_version_id: policyVersionId, version } = current;
    if (current.is_draft && !isDraft) {
      await transaction.run(
        "update policy_versions set effective_from = now(), activated_by = $2, activated_by_id = $3 where policy_version_id = $1",
        [policyVersionId, author.label, author.id],
      );
      await announceActivation(transaction, { policyId, title, version, by: author.label });
    }
    return { policyVersionId, version, isNew: false, isDraft: current.is_draft && isDraft };
  }
  if (isDraft && isKey(author.id)) await assertRoomFor(transaction, author);
  const policyVersionId = crypto.randomUUID();
  const version = (last?.version ?? 0) + 1;
  await transaction.run(
    `insert into policy_versions (policy_version_id, policy_id, version, title, description, source, media_type, content, content_hash,
       tools, rules, cedar, note, pages, origin, created_by, effective_from, activated_by, categories, created_by_id, activated_by_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::json, $16, case when $17 then null else now() end,
       case when $17 then null else $16 end, $18, $19, case when $17 then null else $19 end)`,
    [
      policyVersionId,
      policyId,
      version,
      title,
      description,
      policy.source,
      policy.mediaType,
      content,
      contentHash,
      tools,
      rules,
      cedar,
      policy.note ?? "",
      policy.pages ?? [],
      policy.origin ? JSON.stringify(policy.origin) : null,
      author.label,
      isDraft,
      categories,
      author.id,
    ],
  );
  if (!isDraft) await announceActivation(transaction, { policyId, title, version, by: author.label });
  if (policy.isForMembers) {
    const path = `/policies/${encodeURIComponent(policyId)}?version=${policyVersionId}`;
    await enqueue(transaction, "policy.proposed", { what: `a draft of ${title}`, path, by: author.label }, null);
  }
  return { policyVersionId, version, isNew: true, isDraft };
}

async function dropEarlierDrafts(transaction: Queryable, policyId: string, author: Author, contentHash: string): Promise<void> {
  const dropped = await transaction.rows(
    z.object({ policy_version_id: z.string() }),
    `delete from policy_versions where policy_id = $1 and created_by_id = $2 and effective_from is null and content_hash <> $3
     returning policy_version_id`,
    [policyId, author.id, contentHash],
  );
  await forgetDrafts(
    transaction,
    dropped.map(({ policy_version_id }) => policy_version_id),
  );
}

/** What was made of drafts that are no more. */
export async function forgetDrafts(transaction: Queryable, versionIds: string[]): Promise<void> {
  await transaction.run("delete from backtests where policy_version_id = any($1::uuid[])", [versionIds]);
  await transaction.run(
    "update policy_uploads set policy_version_id = null, state = 'ready' where policy_version_id = any($1::uuid[])",
    [versionIds],
  );
}

async function assertRoomFor(transaction: Queryable, author: Author): Promise<void> {
  const row = await transaction.row(
    z.object({ waiting: z.coerce.number() }),
    "select count(*) as waiting from policy_versions where created_by_id = $1 and effective_from is null",
    [author.id],
  );
  if ((row?.waiting ?? 0) >= MAX_WAITING)
    throw new ProblemError(
      "too_many_waiting",
      `${MAX_WAITING} drafts of the key ${author.label} wait for a member. Have them put in force or discarded first.`,
    );
}
