import type { Citation } from "@ledgix/contract/judge";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VectorStore } from "./vectors.ts";

const passageRow = z.object({
  policy_id: z.string(),
  policy_version_id: z.string(),
  heading: z.string(),
  title: z.string(),
  content: z.string(),
  start_offset: z.number(),
  end_offset: z.number(),
  score: z.number(),
});

export type Query = { text: string; toolName: string; categories: string[] };
export type Retrieval = (database: Database, query: Query) => Promise<Citation[]>;

/** Passages that a reviewer is shown, and a model reads. */
const LIMIT = 4;
/** Candidates that each of the two searches brings. */
const CANDIDATES = 24;
/** Reciprocal rank fusion's constant, as in Cormack et al. 2009: how little the first ranks stand above the next. */
const RANK_CONSTANT = 60;
/** How many neighbours HNSW looks at; see bench/retrieval.ts. */
const EF_SEARCH = 100;

/**
 * Finds the passages for a tool call among the versions in force that cover the tool: by meaning (cosine similarity over HNSW) and by words
 * (`tsvector`), the two rankings fused. The score that is shown is the cosine similarity.
 */
export function retrieval(vectors: VectorStore): Retrieval {
  return async (database, { text, toolName, categories }) => {
    const embedding = await vectors.serving(database);
    const [vector = []] = await embedding.embed([text]);
    const near = await nearestPassages(database, { model: embedding.model, vector, toolName, categories, limit: CANDIDATES });
    const rows = await database.rows(passageRow, FUSED, [
      near,
      toolName,
      anyWordOf(text),
      JSON.stringify(vector),
      embedding.model,
      categories,
    ]);
    return rows.map((row) => ({
      policy_id: row.policy_id,
      policy_version_id: row.policy_version_id,
      kind: "passage",
      heading: row.heading || row.title,
      text: row.content,
      start: row.start_offset,
      end: row.end_offset,
      score: Math.round(row.score * 1000) / 1000,
    }));
  };
}

/** @param categories the place of the call's categories among the parameters */
const covered = (categories: string) => `select policy_version_id from policies_in_force
  where (cardinality(tools) = 0 or $2 = any(tools)) and (cardinality(categories) = 0 or categories && ${categories}::text[])`;

/** Ids of the passages nearest in meaning, the nearest first, among the versions in force that cover the tool and the call's categories. */
export async function nearestPassages(
  database: Database,
  query: { model: string; vector: number[]; toolName: string; categories: string[]; limit: number },
): Promise<string[]> {
  const { model, vector, toolName, categories, limit } = query;
  // The index is on the cast to the model's dimensions and on the model's name, so both stand in the query as they do there.
  const cast = `vector(${vector.length})`;
  return database.transaction(async (transaction) => {
    // Passages of versions that are not in force are in the index too; it goes on until enough are found that are.
    await transaction.script(`set local hnsw.ef_search = ${EF_SEARCH}; set local hnsw.iterative_scan = strict_order`);
    const rows = await transaction.rows(
      z.object({ chunk_id: z.string() }),
      `select c.chunk_id from policy_embeddings e join policy_chunks c using (chunk_id)
       where e.model = '${model.replaceAll("'", "''")}' and c.policy_version_id in (${covered("$3")})
       order by e.embedding::${cast} <=> $1::${cast} limit ${limit}`,
      [JSON.stringify(vector), toolName, categories],
    );
    return rows.map(({ chunk_id }) => chunk_id);
  });
}

const FUSED = `with near as (
    select chunk_id, ordinality as rank from unnest($1::uuid[]) with ordinality as n (chunk_id, ordinality)
  ), worded as (
    select chunk_id, row_number() over (order by relevance desc) as rank from (
      select c.chunk_id, ts_rank_cd(c.search, query) as relevance from policy_chunks c, to_tsquery('english', $3) query
      where $3 <> '' and c.search @@ query and c.policy_version_id in (${covered("$6")}) order by relevance desc limit ${CANDIDATES}) best
  ), fused as (
    select chunk_id, sum(1.0 / (${RANK_CONSTANT} + rank)) as fusion
    from (select * from near union all select * from worded) ranked group by chunk_id order by fusion desc limit ${LIMIT}
  )
  select v.policy_id, v.policy_version_id, v.title, c.heading, c.content, c.start_offset, c.end_offset,
    coalesce(1 - (e.embedding <=> $4::vector), 0)::double precision as score
  from fused join policy_chunks c using (chunk_id) join policy_versions v using (policy_version_id)
  left join policy_embeddings e on e.chunk_id = c.chunk_id and e.model = $5
  order by fusion desc, c.chunk_id`;

/** A tsquery that any of the words fits. Only letters and digits reach it, so nothing in them is an operator. */
function anyWordOf(text: string): string {
  const words = text.toLowerCase().match(/[a-z][a-z0-9]{2,}/g) ?? [];
  return [...new Set(words)].slice(0, 32).join(" | ");
}
