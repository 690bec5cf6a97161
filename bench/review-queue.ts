import { startStack } from "../services/local/test/stack.ts";
import { percentile, report, round } from "./report.ts";
import { refundsSql } from "./stored-calls.ts";

// The first page of the queue with 100,000 pending cases against 10, through Vault's HTTP API. On PostgreSQL where TEST_DATABASE_URL
// names a server, else on PGlite.
const MANY = 100_000;
const ROUNDS = 300;
const WARM_UP = 50;

const stack = await startStack();
const clientId = await stack.addTenant("Queue");
const reviewer = await stack.addMember(clientId, "reviewer");
const database = await stack.tenants.database(clientId);

async function addPending(from: number, to: number): Promise<void> {
  await database.run(
    `insert into clearance_requests (request_id, status, principal, principal_label, body_hash, tool_name, tool_args, tool_args_hash,
       intent_hash, agent_id, session_id, context, reason, reason_code, confidence, minimum_confidence_score, paused_at)
     select gen_random_uuid(), 'pending_review', 'key:bench', 'bench', '', 'stripe_refund',
       args::json, args_hash, intent_hash, agent, '', '{}',
       'No rule settles this call.', 'no_rule', 0.5, 0.8, now() - make_interval(secs => n)
     from ${refundsSql("generate_series($1::integer, $2::integer)", { currency: "usd" })}`,
    [from, to],
  );
  await database.script("analyze clearance_requests");
}

async function firstPage(limit: number): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    const { body } = await reviewer("GET", `/reviews?limit=${limit}`);
    taken.push(performance.now() - start);
    if (body.reviews.length !== limit) throw new Error("The page is not full.");
  }
  return percentile(taken.slice(WARM_UP), 0.5);
}

// A page of 50 rows is more to write than one of 10, so both pages are of the ten newest.
await addPending(1, 10);
const few = await firstPage(10);
await addPending(11, MANY);
const many = await firstPage(10);
const whole = await firstPage(50);
report(import.meta.filename, {
  what: `first page of the review queue with ${MANY} pending against 10 pending`,
  goal: "≤ 1.3 ×",
  ratio: round(many / few),
  unit: "median latency with many / with few, ten rows a page",
  measured: {
    database: stack.databaseKind,
    few_ms: round(few),
    many_ms: round(many),
    many_page_of_50_ms: round(whole),
    rounds: ROUNDS,
  },
});
await stack.close();
