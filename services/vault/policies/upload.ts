import { createHash } from "node:crypto";
import { holdsApiKey, KEY_IN_TEXT } from "@ledgix/contract/key-in-text";
import { type PolicyUpload, policyUpload, type uploadPolicyFields } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { isKey, type Principal, principalId, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { indexPolicyVersions } from "./index-versions.ts";
import { storeIn } from "./store.ts";

/** Bytes of an uploaded document. */
export const MAX_DOCUMENT_BYTES = 25 * 1024 * 1024;
/** Seconds without a sign of life after which somebody else takes an upload over. */
const ABANDONED_SECONDS = 180;

const uploadRow = policyUpload.extend({ created_at: z.date() });
const COLUMNS = Object.keys(uploadRow.shape).join(", ");

/** Keeps an uploaded file until it was read. From here on it is not lost. @throws {ProblemError} `body_too_large` · `invalid_body` */
export async function acceptUpload(
  database: Database,
  principal: Principal,
  file: File,
  fields: z.output<typeof uploadPolicyFields>,
): Promise<PolicyUpload> {
  if (file.size > MAX_DOCUMENT_BYTES) {
    throw new ProblemError("body_too_large", `A document may hold up to ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB. Split this one.`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const policyId = fields.policyId ?? policyIdOf(fields.documentName);
  const row = await database.row(
    uploadRow,
    `insert into policy_uploads (upload_id, policy_id, title, tools, categories, note, is_draft, file_name, bytes, size, sha256, state, created_by,
       created_by_id)
     select $1, $2, $3, coalesce($4::text[], before.tools, '{}'), coalesce($12::text[], before.categories, '{}'), $5, $6, $7, $8, $9, $10,
       'waiting', $11, $13
     from (select) one left join lateral (
       select tools, categories from policy_versions v where policy_id = $2
         -- What a key drafted counts for nothing until a member puts it in force.
         and ($6 or effective_from is not null or created_by_id is null or created_by_id not like 'key:%')
       order by exists (select from policies_in_force f where f.policy_version_id = v.policy_version_id) desc, version desc limit 1
     ) before on true
     returning ${COLUMNS}`,
    [
      crypto.randomUUID(),
      policyId,
      fields.documentName,
      fields.tools ?? null,
      fields.note,
      fields.draft,
      file.name.slice(-256).replaceAll("\0", "").toWellFormed(),
      bytes,
      bytes.length,
      createHash("sha256").update(bytes).digest("hex"),
      principalLabel(principal),
      fields.categories ?? null,
      principalId(principal),
    ],
  );
  if (row === null) throw new ProblemError("internal_error", "The document could not be kept. Upload it again.");
  return toUpload(row);
}

const claimed = z.object({
  policy_id: z.string(),
  title: z.string(),
  tools: z.array(z.string()),
  categories: z.array(z.string()),
  note: z.string(),
  is_draft: z.boolean(),
  source: z.enum(["upload", "confluence"]),
  file_name: z.string(),
  size: z.number(),
  sha256: z.string(),
  created_by: z.string(),
  created_by_id: z.string().nullable(),
});

/**
 * Has an uploaded file read, stores its text as a version and has that indexed. A file that cannot be read gets its reason, and nothing
 * else changes. Whatever is cut off on the way goes on from the background loop.
 */
export async function processUpload(deps: VaultDependencies, clientId: string, uploadId: string): Promise<PolicyUpload | null> {
  const database = await deps.tenants.database(clientId);
  const upload = await database.row(
    claimed,
    `update policy_uploads set state = 'reading', touched_at = now()
     where upload_id = $1 and bytes is not null
       and (state = 'waiting' or (state = 'reading' and touched_at < now() - make_interval(secs => ${ABANDONED_SECONDS})))
     returning ${Object.keys(claimed.shape).join(", ")}`,
    [uploadId],
  );
  if (upload === null) return readUpload(database, uploadId);
  try {
    const answer = await deps.judge.readDocument(clientId, uploadId);
    if (!answer.ok) return await refuseUpload(database, uploadId, answer.code, answer.reason);
    if (holdsApiKey(answer.document.content)) return await refuseUpload(database, uploadId, "holds_key", KEY_IN_TEXT);
    await database.transaction(async (transaction) => {
      const before = await confirmedRules(transaction, upload.policy_id, upload.is_draft);
      const { content, media_type, pages } = answer.document;
      const stored = await storeIn(transaction, {
        policyId: upload.policy_id,
        title: upload.title,
        description: "",
        source: upload.source,
        mediaType: media_type,
        content,
        pages,
        tools: upload.tools,
        categories: upload.categories,
        ...before,
        note: upload.note,
        origin: { file_name: upload.file_name, sha256: upload.sha256, bytes: upload.size },
        author: { id: upload.created_by_id, label: upload.created_by },
        isDraft: upload.is_draft,
        isForMembers: upload.is_draft && isKey(upload.created_by_id),
      });
      await transaction.run(
        "update policy_uploads set state = $2, bytes = null, policy_version_id = $3, touched_at = now() where upload_id = $1",
        [uploadId, stored.isNew ? "embedding" : "ready", stored.policyVersionId],
      );
    });
  } catch (error) {
    if (error instanceof ProblemError) return refuseUpload(database, uploadId, error.code, error.message);
    deps.log.error("policy.not_read", error, { upload_id: uploadId });
    await database.run(
      "update policy_uploads set state = 'waiting', touched_at = now() where upload_id = $1 and state = 'reading'",
      [uploadId],
    );
    return readUpload(database, uploadId);
  }
  void indexPolicyVersions(deps, clientId).catch((error) => deps.log.error("policy.not_indexed", error));
  return readUpload(database, uploadId);
}

/**
 * A new document keeps the rules that were confirmed for the one before it: an upload takes nothing away. Those of a draft are not
 * confirmed yet, so they are kept only where nothing is in force and the upload is a draft too.
 */
async function confirmedRules(
  transaction: Queryable,
  policyId: string,
  isDraft: boolean,
): Promise<{ rules: string[]; cedar: string }> {
  const row = await transaction.row(
    z.object({ rules: z.array(z.string()), cedar: z.string() }),
    `select rules, cedar from policy_versions v where policy_id = $1 and ($2 or effective_from is not null)
     order by exists (select from policies_in_force f where f.policy_version_id = v.policy_version_id) desc, version desc limit 1`,
    [policyId, isDraft],
  );
  return row ?? { rules: [], cedar: "" };
}

async function refuseUpload(database: Database, uploadId: string, code: string, reason: string): Promise<PolicyUpload | null> {
  await database.run(
    "update policy_uploads set state = 'refused', bytes = null, reason_code = $2, reason = $3, touched_at = now() where upload_id = $1",
    [uploadId, code, reason.slice(0, 1000)],
  );
  return readUpload(database, uploadId);
}

/** Takes up what waits, or was left by a process that died. */
export async function resumeUploads(deps: VaultDependencies, clientId: string): Promise<void> {
  const database = await deps.tenants.database(clientId);
  const left = await database.rows(
    z.object({ upload_id: z.string() }),
    `select upload_id from policy_uploads where bytes is not null
       and (state = 'waiting' and touched_at < now() - interval '15 seconds'
         or state = 'reading' and touched_at < now() - make_interval(secs => ${ABANDONED_SECONDS}))
     order by created_at limit 20`,
  );
  for (const { upload_id } of left) await processUpload(deps, clientId, upload_id);
}

/** The newest uploads; those on their way are among them. */
export async function listUploads(database: Queryable): Promise<PolicyUpload[]> {
  const rows = await database.rows(
    uploadRow,
    `select ${COLUMNS} from policy_uploads where created_at > now() - interval '1 day' order by created_at desc, upload_id limit 50`,
  );
  return rows.map(toUpload);
}

async function readUpload(database: Queryable, uploadId: string): Promise<PolicyUpload | null> {
  const row = await database.row(uploadRow, `select ${COLUMNS} from policy_uploads where upload_id = $1`, [uploadId]);
  return row && toUpload(row);
}

const toUpload = (row: z.infer<typeof uploadRow>): PolicyUpload => ({ ...row, created_at: row.created_at.toISOString() });

/** A policy id from a document's name: "Refund policy 2026.md" becomes `refund-policy-2026`. */
export function policyIdOf(documentName: string): string {
  const slug = documentName
    .replace(/\.[a-z0-9]+$/i, "")
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 80);
  return /^(?:|new|try|coverage|tools)$/.test(slug) ? `${slug}-policy`.replace(/^-/, "") : slug;
}
