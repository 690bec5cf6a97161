import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Embedding } from "../adapters/embedding.ts";

/** Milliseconds for which the answer to "which model serves?" is kept, a tenant. */
const KEPT_MS = 5_000;

/** Which model's vectors answer questions: the configured one once it knows every passage in force, the one before until then. */
export interface VectorStore {
  readonly configured: Embedding;
  serving(database: Queryable): Promise<Embedding>;
  close(): Promise<void>;
}

const coverage = z.object({ model: z.string(), known: z.coerce.number(), wanted: z.coerce.number() });

/** How many of the passages in force each model knows. */
export function readCoverage(database: Queryable): Promise<z.infer<typeof coverage>[]> {
  return database.rows(
    coverage,
    `with wanted as (select chunk_id from policy_chunks join policies_in_force using (policy_version_id))
     select e.model, count(*) as known, (select count(*) from wanted) as wanted
     from policy_embeddings e join wanted using (chunk_id) group by e.model order by known desc, e.model`,
  );
}

/** @param open opens another model by the name that stands with its vectors; null where that name means nothing here */
export function vectorStore(configured: Embedding, open: (model: string) => Promise<Embedding | null>): VectorStore {
  const others = new Map<string, Embedding>();
  const answers = new WeakMap<Queryable, { embedding: Embedding; until: number }>();

  async function find(database: Queryable): Promise<Embedding> {
    const models = await readCoverage(database);
    const own = models.find(({ model }) => model === configured.model);
    const [best] = models;
    if (best === undefined || best.model === configured.model || own?.known === best.wanted) return configured;
    const other = others.get(best.model) ?? (await open(best.model));
    if (other === null) return configured;
    others.set(best.model, other);
    return other;
  }

  return {
    configured,
    async serving(database) {
      const kept = answers.get(database);
      if (kept && kept.until > performance.now()) return kept.embedding;
      const embedding = await find(database);
      answers.set(database, { embedding, until: performance.now() + KEPT_MS });
      return embedding;
    },
    async close() {
      await Promise.all([configured, ...others.values()].map((embedding) => embedding.close()));
    },
  };
}
