import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { percentile, report, round } from "./report.ts";

// Durable clearance decisions a second (rules decide; key, rate limit, policy lookup, ledger event, receipt and A-JWT), against the
// single-row commits of pgbench at the same concurrency on the same server.
const CONCURRENCY = 16;
const SECONDS = 10;
const databaseUrl = process.env.TEST_DATABASE_URL ?? "";
if (databaseUrl === "") throw new Error("Set TEST_DATABASE_URL to a PostgreSQL server.");

function pgbench(): { tps: number; averageMs: number } {
  const script = join(mkdtempSync(join(tmpdir(), "ledgix-bench-")), "insert.sql");
  writeFileSync(script, "insert into bench_commits (note) values (repeat('x', 400));\n");
  const plainUrl = databaseUrl.replace("sslmode=no-verify", "sslmode=require");
  execFileSync("psql", [
    plainUrl,
    "-qc",
    "drop table if exists bench_commits; create table bench_commits (id bigint generated always as identity primary key, note text)",
  ]);
  const output = execFileSync(
    "pgbench",
    ["-n", "-c", String(CONCURRENCY), "-j", "2", "-T", String(SECONDS), "-f", script, plainUrl],
    { stdio: ["ignore", "pipe", "ignore"] },
  ).toString();
  execFileSync("psql", [plainUrl, "-qc", "drop table bench_commits"]);
  return { tps: Number(/tps = ([\d.]+)/.exec(output)?.[1]), averageMs: Number(/latency average = ([\d.]+)/.exec(output)?.[1]) };
}

const child = fork(new URL("vault-process.ts", import.meta.url), { execArgv: [] });
const [message] = await once(child, "message");
const { url, key } = z.object({ url: z.url(), key: z.string() }).parse(message);

async function decide(i: number): Promise<void> {
  const response = await fetch(`${url}/request-clearance`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-vault-api-key": key, "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify({
      tool_name: "stripe_refund",
      tool_args: { amount: 45, currency: "usd", customer: `cus_${i}` },
      agent_id: "bench",
    }),
  });
  const answer = await response.json();
  if (answer.status !== "approved")
    throw new Error(`Expected an approval, got ${response.status} ${answer.status ?? answer.code}`);
}

/** As many as go, one after the other in each of `CONCURRENCY` callers. */
async function peak(seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (performance.now() < end) {
        await decide(count);
        count++;
      }
    }),
  );
  return count / seconds;
}

/** At a fixed rate, whatever the answers do: latency as callers see it. */
async function latencies(rate: number, seconds: number): Promise<number[]> {
  const taken: number[] = [];
  const start = performance.now();
  const running: Promise<void>[] = [];
  for (let i = 0; i < rate * seconds; i++) {
    const due = start + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    running.push(decide(i).then(() => void taken.push(performance.now() - due)));
  }
  await Promise.all(running);
  return taken;
}

const baseline = pgbench();
await peak(3); // warm
const perSecond = await peak(SECONDS);
const atHalf = await latencies(perSecond / 2, SECONDS);
child.disconnect();
report(import.meta.filename, {
  what: "durable clearance decisions a second against pgbench's single-row commits at the same concurrency",
  goal: "ratio ≥ 0.30; p99 at half of the peak ≤ 25 ms and ≤ 10 × pgbench's average latency",
  ratio: round(perSecond / baseline.tps, 3),
  unit: "decisions per commit",
  measured: {
    decisions_per_second: round(perSecond, 0),
    pgbench_commits_per_second: round(baseline.tps, 0),
    concurrency: CONCURRENCY,
    p50_ms_at_half_peak: round(percentile(atHalf, 0.5), 1),
    p99_ms_at_half_peak: round(percentile(atHalf, 0.99), 1),
    pgbench_average_ms: baseline.averageMs,
  },
});
