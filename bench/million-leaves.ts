import { createHash } from "node:crypto";
import { verifyInclusion } from "@ledgix/ledger/tree";
import { proveConsistency, proveInclusion } from "@ledgix/vault/ledger/prove";
import { sequenceEvents } from "@ledgix/vault/ledger/sequence";
import { isIncluded, isPrefix } from "@ledgix/verifier";
import { z } from "zod";
import { rootsOf } from "../packages/verifier/tree.ts";
import { startStack } from "../services/local/test/stack.ts";
import { percentile, report, round } from "./report.ts";

// A log of a million leaves: sequencing the backlog into checkpoints, inclusion and consistency proofs, and making all roots again with
// the verifier. The events are made in SQL; what is measured is the log.
const LEAVES = 1_000_000;
const PROOFS = 2_000;

const stack = await startStack();
await stack.vault.close(); // its loop would sequence beside the measurement
const clientId = await stack.addTenant("Bench");
const database = await stack.tenants.database(clientId);
const megabytes = () => process.memoryUsage().rss / 2 ** 20;

await database.script(`
  insert into clearance_requests (request_id, status, principal, principal_label, body_hash, tool_name, tool_args, tool_args_hash,
    intent_hash, agent_id, session_id, context, minimum_confidence_score)
  values ('00000000-0000-4000-8000-000000000000', 'denied', 'key:bench', 'bench', '', 'pay', '{}', '', '', 'bench', '', '{}', 0.8);
  insert into ledger_events (event_uuid, request_id, event_type, agent_id, policy_id, intent_hash, tool_name, tool_args, reason,
    citations, evidence_chunks, confidence, confidence_bucket, decision_status, approved, accepted_at, canonical_version,
    event_hash, leaf_hash, receipt_key_id, receipt_payload, receipt_signature)
  select gen_random_uuid(), '00000000-0000-4000-8000-000000000000', 'clearance.denied', 'bench', '', '', 'pay', '{}', '', '[]', '[]',
    0.9, 'high', 'denied', false, '2026-01-01T00:00:00.000Z', 1, encode(hash, 'hex'), encode(sha256('\\x00'::bytea || hash), 'hex'), 'k', '', ''
  from (select sha256(convert_to('event ' || n, 'UTF8')) as hash from generate_series(1, ${LEAVES}) n) made;
  analyze ledger_events;
`);

const before = megabytes();
let highest = before;
let start = performance.now();
for (let isFullBatch = true; isFullBatch; ) {
  ({ isFullBatch } = await sequenceEvents(database, stack.deps));
  highest = Math.max(highest, megabytes());
}
const sequencedPerSecond = LEAVES / ((performance.now() - start) / 1000);

await database.run("vacuum analyze ledger_events"); // which autovacuum would otherwise do beside the measurement
const rows = await database.rows(
  z.object({ event_uuid: z.string() }),
  "select event_uuid from ledger_events where leaf_index % $1 = 7 order by leaf_index limit $2",
  [Math.floor(LEAVES / PROOFS), PROOFS],
);
const proofMs: number[] = [];
const proofs: Awaited<ReturnType<typeof proveInclusion>>["proof"][] = [];
for (const { event_uuid } of rows) {
  start = performance.now();
  const { proof } = await proveInclusion(database, { event_uuid }, stack.deps.config);
  proofMs.push(performance.now() - start);
  proofs.push(proof);
}
const checkpoints = await database.row(
  z.object({ newest: z.coerce.number() }),
  "select max(checkpoint_id) as newest from ledger_checkpoints",
);
const newest = checkpoints?.newest ?? 1;
const consistencyMs: number[] = [];
for (let from = 1; from <= newest; from += Math.max(1, Math.floor(newest / 100))) {
  start = performance.now();
  const proof = await proveConsistency(database, from, newest);
  consistencyMs.push(performance.now() - start);
  const sizes = { first_size: proof.from_checkpoint.tree_size, second_size: proof.to_checkpoint.tree_size };
  const between = { ...sizes, first_root: proof.from_checkpoint.root_hash, second_root: proof.to_checkpoint.root_hash };
  if (!(await isPrefix({ ...between, path: proof.path }))) throw new Error("A consistency proof does not verify.");
}

start = performance.now();
for (const proof of proofs) {
  if (!verifyInclusion({ ...proof, root_hash: proof.checkpoint.root_hash })) throw new Error("A proof does not verify.");
}
const verifiedPerSecond = proofs.length / ((performance.now() - start) / 1000);
start = performance.now();
for (const proof of proofs) {
  if (!(await isIncluded({ ...proof, root_hash: proof.checkpoint.root_hash }))) throw new Error("A proof does not verify.");
}
const strangerVerifiedPerSecond = proofs.length / ((performance.now() - start) / 1000);

const leaves = new Uint8Array(LEAVES * 32);
for (let i = 0; i < LEAVES; i++) {
  const event = createHash("sha256")
    .update(`event ${i + 1}`)
    .digest();
  leaves.set(createHash("sha256").update(Buffer.of(0)).update(event).digest(), i * 32);
}
start = performance.now();
const roots = await rootsOf(leaves, [LEAVES]);
const rootSeconds = (performance.now() - start) / 1000;
const stored = await database.row(
  z.object({ root_hash: z.string() }),
  "select root_hash from ledger_checkpoints where tree_size = $1",
  [LEAVES],
);
if (stored?.root_hash !== roots.get(LEAVES)) throw new Error("The verifier makes another root.");
start = performance.now();
let hash = Buffer.alloc(64);
for (let i = 0; i < LEAVES; i++) hash = Buffer.concat([createHash("sha256").update(hash).digest(), hash.subarray(32)]);
const hashSeconds = (performance.now() - start) / 1000;

report(import.meta.filename, {
  what: "a log of 1,000,000 leaves: sequencing, proofs, verification",
  goal: "≥ 20,000 leaves/s sequenced with flat memory; inclusion proof p99 ≤ 10 ms",
  ratio: round(sequencedPerSecond / 20_000),
  unit: "leaves sequenced a second per goal",
  measured: {
    database: stack.databaseKind,
    leaves_per_second: round(sequencedPerSecond, 0),
    memory_before_mb: round(before, 0),
    memory_highest_mb: round(highest, 0),
    checkpoints: newest,
    inclusion_p50_ms: round(percentile(proofMs, 0.5)),
    inclusion_p99_ms: round(percentile(proofMs, 0.99)),
    consistency_p99_ms: round(percentile(consistencyMs, 0.99)),
    inclusion_verified_per_second: round(verifiedPerSecond, 0),
    inclusion_verified_per_second_webcrypto: round(strangerVerifiedPerSecond, 0),
    verifier_root_seconds: round(rootSeconds),
    verifier_root_against_bare_sha256: round(hashSeconds / rootSeconds),
  },
});
await stack.close();
