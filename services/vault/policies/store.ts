import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { announceActivation } from "./activate.ts";

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
  createdBy: string;
  /** Kept as a draft, or put in force at once. */
  isDraft: boolean;
};

export type StoredVersion = { policyVersionId: string; version: number; contentHash: string; isNew: boolean };

const newest = z.object({
  policy_version_id: z.string(),
  version: z.number(),
  content_hash: z.string(),
  is_draft: z.boolean(),
  has_ended: z.boolean(),
});

/** Stores a version, as a draft or in force. The same content as the newest one's is the same version. */
export async function storePolicyVersion(database: Database, policy: NewPolicyVersion): Promise<StoredVersion> {
  return database.transaction((transaction) => storeIn(transaction, policy));
}

/** The same, within a transaction of the caller's. */
export async function storeIn(transaction: Queryable, policy: NewPolicyVersion): Promise<StoredVersion> {
  const { policyId, content, tools, rules, title, description, cedar = "", categories = [], createdBy, isDraft } = policy;
  const contentHash = `sha256:${hashCanonicalJson({ content, tools, rules, title, description, ...(cedar && { cedar }), ...(categories.length > 0 && { categories }) })}`;
  // Taking the policy's row first makes two writers of one policy wait for each other.
  await transaction.run(
    "insert into policies (policy_id) values ($1) on conflict (policy_id) do update set policy_id = excluded.policy_id",
    [policyId],
  );
  const current = await transaction.row(
    newest,
    `select policy_version_id, version, content_hash, effective_from is null as is_draft,
       coalesce(effective_until <= now(), false) as has_ended
     from policy_versions where policy_id = $1 order by version desc limit 1`,
    [policyId],
  );
  // One that has ended is history: its content comes back as a new version.
  if (current?.content_hash === contentHash && !current.has_ended) {
    const { policy_version_id: policyVersionId, version } = current;
    if (current.is_draft && !isDraft) {
      await transaction.run("update policy_versions set effective_from = now(), activated_by = $2 where policy_version_id = $1", [
        policyVersionId,
        createdBy,
      ]);
      await announceActivation(transaction, { policyId, title, version, by: createdBy });
    }
    return { policyVersionId, version, contentHash, isNew: false };
  }
  const policyVersionId = crypto.randomUUID();
  const version = (current?.version ?? 0) + 1;
  await transaction.run(
    `insert into policy_versions (policy_version_id, policy_id, version, title, description, source, media_type, content, content_hash,
       tools, rules, cedar, note, pages, origin, created_by, effective_from, activated_by, categories)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::json, $16, case when $17 then null else now() end,
       case when $17 then null else $16 end, $18)`,
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
      createdBy,
      isDraft,
      categories,
    ],
  );
  if (!isDraft) await announceActivation(transaction, { policyId, title, version, by: createdBy });
  return { policyVersionId, version, contentHash, isNew: true };
}
