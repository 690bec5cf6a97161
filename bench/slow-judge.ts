import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { startStack } from "../services/local/test/stack.ts";
import { percentile, report, round } from "./report.ts";

// The judge takes 5 s: what an HTTP call waits for. Against the same calls with a judge that answers at once by pausing; both end with
// `processing` or the decision within VAULT_CLEARANCE_WAIT_MS, so a slow judge must not hold callers longer than that.
const CALLS = 200;
const CONCURRENCY = 16;
const JUDGE_MS = 5_000;
/** How long Vault waits for a quick decision here: short, so that what is measured is Vault and not the wait. */
const WAIT_MS = 50;

const verdict = {
  ...{ verdict: "review", confidence: 0.5, confidence_basis: "bench", reason: "bench", reason_code: "no_policy" },
  ...{ policy_id: null, policy_version_id: null, policy_content_hash: null, citations: [], required_approvals: 1, amount: null },
};
function judgeThatTakes(milliseconds: number): Promise<string> {
  const app = new Hono();
  app.post("/evaluate", async (context) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return context.json(verdict);
  });
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve(`http://127.0.0.1:${port}`));
    server.unref();
  });
}

const stack = await startStack();
const clientId = await stack.addTenant("Bench");
const agent = await stack.addKey(clientId);

async function measure(judgeMs: number): Promise<number[]> {
  const replica = await stack.addReplica({
    environment: {
      VAULT_JUDGE_URL: await judgeThatTakes(judgeMs),
      VAULT_CLEARANCE_WAIT_MS: String(WAIT_MS),
      VAULT_CLEARANCE_ASYNC_WORKERS: "256",
    },
  });
  const taken: number[] = [];
  let next = 0;
  const call = async () => {
    while (next < CALLS) {
      const body = { tool_name: "pay", tool_args: { i: next++ } };
      const start = performance.now();
      await agent("POST", `${replica.url}/request-clearance`, body);
      taken.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, call));
  return taken;
}
await measure(0); // warm
const quick = await measure(0);
const slow = await measure(JUDGE_MS);
report(import.meta.filename, {
  what: "p99 of the HTTP answer with a judge that takes 5 s, against one that answers at once",
  goal: "unchanged within 2 ×",
  ratio: round(percentile(slow, 0.99) / percentile(quick, 0.99)),
  unit: "p99 slow per p99 quick",
  measured: {
    database: stack.databaseKind,
    wait_ms: WAIT_MS,
    quick_p99_ms: round(percentile(quick, 0.99)),
    slow_p99_ms: round(percentile(slow, 0.99)),
    quick_p50_ms: round(percentile(quick, 0.5)),
    slow_p50_ms: round(percentile(slow, 0.5)),
  },
});
process.exit(0);
