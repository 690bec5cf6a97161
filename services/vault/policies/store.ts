import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { enqueue } from "../outbox/enqueue.ts";

export type NewPolicyVersion = {
  policyId: string;
  title: string;
  description: string;
  source: "register" | "upload";
  mediaType: string;
  content: string;
  tools: string[];
  rules: string[];
  createdBy: string;
};

export type StoredVersion = { policyVersionId: string; version: number; contentHash: string; isNew: boolean };

/** Stores a version and puts it in force. The same content again is the same version. */
export async function storePolicyVersion(database: Database, policy: NewPolicyVersion): Promise<StoredVersion> {
  const { policyId, content, tools, rules, title, description } = policy;
  const contentHash = `sha256:${hashCanonicalJson({ content, tools, rules, title, description })}`;
  return database.transaction(async (transaction) => {
    const id = crypto.randomUUID();
    // Taking the policy's row first makes two writers of one policy wait for each other.
    await transaction.run(
      "insert into policies (policy_id, current_version_id) values ($1, $2) on conflict (policy_id) do update set policy_id = excluded.policy_id",
      [policyId, id],
    );
    const current = await transaction.row(
      z.object({ policy_version_id: z.string(), version: z.number(), content_hash: z.string() }),
      "select policy_version_id, version, content_hash from policy_versions where policy_id = $1 order by version desc limit 1",
      [policyId],
    );
    if (current?.content_hash === contentHash) {
      return { policyVersionId: current.policy_version_id, version: current.version, contentHash, isNew: false };
    }
    const version = (current?.version ?? 0) + 1;
    await transaction.run(
      `insert into policy_versions (policy_version_id, policy_id, version, title, description, source, media_type, content, content_hash,
         tools, rules, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        id,
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
        policy.createdBy,
      ],
    );
    await transaction.run("update policies set current_version_id = $2 where policy_id = $1", [policyId, id]);
    await enqueue(transaction, "policy.updated", { policy_id: policyId, title, version, by: policy.createdBy }, null);
    return { policyVersionId: id, version, contentHash, isNew: true };
  });
}
