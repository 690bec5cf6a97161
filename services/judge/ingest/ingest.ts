import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Embedding } from "../adapters/embedding.ts";
import { chunkDocument } from "./chunk.ts";

/** Texts that go to the model at once. */
const BATCH = 32;

/**
 * Cuts a stored policy version into passages, embeds them and marks the version as indexed, in one transaction. Doing it twice changes
 * nothing.
 *
 * @returns how many passages the version has
 */
export async function ingestPolicy(database: Database, embedding: Embedding, policyVersionId: string): Promise<number> {
  const version = await database.row(
    z.object({ content: z.string(), title: z.string() }),
    "select content, title from policy_versions where policy_version_id = $1",
    [policyVersionId],
  );
  if (version === null) throw new ProblemError("not_found", "There is no policy version of this id.");
  const chunks = chunkDocument(version.content).map((chunk, position) => ({ ...chunk, position, id: crypto.randomUUID() }));
  const vectors: number[][] = [];
  for (let i = 0; i < chunks.length; i += BATCH) {
    const texts = chunks.slice(i, i + BATCH).map((chunk) => `${version.title}. ${chunk.heading}\n${chunk.content}`);
    vectors.push(...(await embedding.embed(texts)));
  }
  await database.transaction(async (transaction) => {
    const isFirst = await transaction.run(
      "update policy_versions set indexed_at = now() where policy_version_id = $1 and indexed_at is null",
      [policyVersionId],
    );
    if (isFirst === 0) return;
    await transaction.run(
      `insert into policy_chunks (chunk_id, policy_version_id, position, heading, content, start_offset, end_offset)
       select chunk_id, $1, position, heading, content, start_offset, end_offset
       from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::integer[], $7::integer[])
         as c (chunk_id, position, heading, content, start_offset, end_offset)`,
      [
        policyVersionId,
        chunks.map((chunk) => chunk.id),
        chunks.map((chunk) => chunk.position),
        chunks.map((chunk) => chunk.heading),
        chunks.map((chunk) => chunk.content),
        chunks.map((chunk) => chunk.start),
        chunks.map((chunk) => chunk.end),
      ],
    );
    await transaction.run(
      `insert into policy_embeddings (chunk_id, model, embedding)
       select chunk_id, $1, embedding::vector from unnest($2::uuid[], $3::text[]) as e (chunk_id, embedding)`,
      [embedding.model, chunks.map((chunk) => chunk.id), vectors.map((vector) => JSON.stringify(vector))],
    );
  });
  return chunks.length;
}
