import type { Citation } from "@ledgix/contract/judge";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Embedding } from "../adapters/embedding.ts";

const passageRow = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  heading: z.string(),
  content: z.string(),
  start_offset: z.number(),
  end_offset: z.number(),
  score: z.number(),
});

/** Passages that a reviewer is shown. */
const LIMIT = 4;

/**
 * Finds the passages nearest in meaning to a tool call, among the versions in force that cover the tool, by cosine similarity over
 * HNSW. The index is on the cast to the model's dimensions, so the cast stands in the query too.
 */
export async function retrievePassages(
  database: Queryable,
  embedding: Embedding,
  query: { text: string; toolName: string },
): Promise<Citation[]> {
  const [vector] = await embedding.embed([query.text]);
  const rows = await database.rows(
    passageRow,
    `select v.policy_id, v.policy_version_id, c.heading, c.content, c.start_offset, c.end_offset,
       1 - (e.embedding::vector(${embedding.dimensions}) <=> $1::vector(${embedding.dimensions})) as score
     from policy_embeddings e
     join policy_chunks c using (chunk_id)
     join policy_versions v using (policy_version_id)
     join policies p on p.current_version_id = v.policy_version_id
     where e.model = '${embedding.model}' and (cardinality(v.tools) = 0 or $2 = any(v.tools))
     order by e.embedding::vector(${embedding.dimensions}) <=> $1::vector(${embedding.dimensions}) limit $3`,
    [JSON.stringify(vector), query.toolName, LIMIT],
  );
  return rows.map((row) => ({
    policy_id: row.policy_id,
    policy_version_id: row.policy_version_id,
    kind: "passage",
    heading: row.heading,
    text: row.content,
    start: row.start_offset,
    end: row.end_offset,
    score: Math.round(row.score * 1000) / 1000,
  }));
}
