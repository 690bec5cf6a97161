import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Embedding } from "../adapters/embedding.ts";
import { chunkDocument } from "./chunk.ts";
import { copyVectors, embedPassages } from "./embed.ts";

/**
 * Cuts a stored policy version into passages, then embeds them batch by batch, so that a crash loses one batch. Doing it twice, or going
 * on with one that was left, changes nothing else.
 *
 * @returns how many passages the version has
 */
export async function ingestPolicy(database: Database, embedding: Embedding, policyVersionId: string): Promise<number> {
  const version = await database.row(
    z.object({ content: z.string() }),
    "select content from policy_versions where policy_version_id = $1",
    [policyVersionId],
  );
  if (version === null) throw new ProblemError("not_found", "There is no policy version of this id.");
  const chunks = chunkDocument(version.content);
  await database.run(
    `insert into policy_chunks (chunk_id, policy_version_id, position, heading, content, start_offset, end_offset)
     select gen_random_uuid(), $1, position - 1, heading, content, start_offset, end_offset
     from unnest($2::text[], $3::text[], $4::integer[], $5::integer[]) with ordinality
       as c (heading, content, start_offset, end_offset, position)
     on conflict (policy_version_id, position) do nothing`,
    [
      policyVersionId,
      chunks.map((chunk) => chunk.heading),
      chunks.map((chunk) => chunk.content),
      chunks.map((chunk) => chunk.start),
      chunks.map((chunk) => chunk.end),
    ],
  );
  await copyVectors(database, policyVersionId);
  let embedded = 0;
  for (;;) {
    const count = await embedPassages(database, embedding, policyVersionId);
    if (count === 0) break;
    embedded += count;
    await database.run(
      "update policy_uploads set state = 'embedding', done = $2, total = $3, touched_at = now() where policy_version_id = $1",
      [policyVersionId, embedded, chunks.length],
    );
  }
  await database.run("update policy_versions set indexed_at = now() where policy_version_id = $1 and indexed_at is null", [
    policyVersionId,
  ]);
  return chunks.length;
}
