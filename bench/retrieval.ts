import { LOCAL_MODEL } from "@ledgix/judge/adapters/local-embedding";
import { nearestPassages } from "@ledgix/judge/retrieve/retrieve";
import { z } from "zod";
import { startStack } from "../services/local/test/stack.ts";
import { percentile, report, round } from "./report.ts";

// Retrieval by meaning over 100,000 passages in force: recall@8 against exact search, and p95. Vectors in 2,000 clusters, as texts on the
// same matters lie near one another. On PostgreSQL where TEST_DATABASE_URL names a server, else on PGlite.
const PASSAGES = 100_000;
const CLUSTERS = 2_000;
const DIMENSIONS = 512;
const QUERIES = 200;
const NEAREST = 8;

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const unit = (vector: number[]) => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};
const centres = Array.from({ length: CLUSTERS }, () => unit(Array.from({ length: DIMENSIONS }, normal)));
const near = (spread: number) => {
  const centre = centres[Math.floor(Math.random() * CLUSTERS)] ?? [];
  return unit(centre.map((value) => value + (spread * normal()) / Math.sqrt(DIMENSIONS)));
};
const text = (vector: number[]) => `[${vector.map((value) => value.toFixed(5)).join(",")}]`;

const stack = await startStack();
const clientId = await stack.addTenant("Retrieval");
const owner = await stack.addMember(clientId, "owner");
await owner("POST", "/register-policy", { policy_id: "p", rules: ["Pause always"], description: "x" });
const database = await stack.tenants.database(clientId);
const version = await database.row(
  z.object({ policy_version_id: z.string() }),
  "select policy_version_id from policies_in_force",
);
await database.script("drop index policy_embeddings_local");
for (let from = 0; from < PASSAGES; from += 1_000) {
  const vectors = Array.from({ length: 1_000 }, () => text(near(0.7)));
  await database.run(
    `with chunks as (
       insert into policy_chunks (chunk_id, policy_version_id, position, heading, content, start_offset, end_offset)
       select gen_random_uuid(), $1, $2::integer + n, '', 'Passage ' || n, 0, 0 from generate_series(1, 1000) n returning chunk_id, position)
     insert into policy_embeddings (chunk_id, model, embedding)
     select chunk_id, '${LOCAL_MODEL}', ($3::text[])[position - $2::integer]::vector from chunks`,
    [version?.policy_version_id ?? "", from + 1_000, vectors],
  );
}
const building = performance.now();
await database.script(
  `set maintenance_work_mem = '512MB';
   create index policy_embeddings_local on policy_embeddings using hnsw ((embedding::vector(${DIMENSIONS})) vector_cosine_ops)
     where model = '${LOCAL_MODEL}'; analyze`,
);
const buildSeconds = (performance.now() - building) / 1000;

const taken: number[] = [];
let found = 0;
for (let i = 0; i < QUERIES; i++) {
  const vector = near(0.7);
  const start = performance.now();
  const approximate = await nearestPassages(database, {
    model: LOCAL_MODEL,
    vector,
    toolName: "any",
    categories: [],
    limit: NEAREST,
  });
  taken.push(performance.now() - start);
  const exact = await database.rows(
    z.object({ chunk_id: z.string() }),
    `select chunk_id from (select chunk_id, embedding <=> $1::vector as distance from policy_embeddings where model = '${LOCAL_MODEL}') all_of_them
     order by distance + 0 limit ${NEAREST}`,
    [text(vector)],
  );
  found += exact.filter(({ chunk_id }) => approximate.includes(chunk_id)).length;
}
const recall = found / (QUERIES * NEAREST);
report(import.meta.filename, {
  what: `retrieval over ${PASSAGES} passages: recall@${NEAREST} against exact search`,
  goal: "≥ 0.95; p95 ≤ 30 ms",
  ratio: round(recall, 3),
  unit: "recall",
  measured: {
    database: stack.databaseKind,
    p50_ms: round(percentile(taken, 0.5)),
    p95_ms: round(percentile(taken, 0.95)),
    index_build_s: round(buildSeconds, 1),
    queries: QUERIES,
  },
});
await stack.close();
