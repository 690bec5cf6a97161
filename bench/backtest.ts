import { startStack, until } from "../services/local/test/stack.ts";
import { report, round } from "./report.ts";
import { refundsSql } from "./stored-calls.ts";

// 10,000 past requests held against a draft, on rules.
const REQUESTS = 10_000;
const GOAL_SECONDS = 60;

const stack = await startStack();
const clientId = await stack.addTenant("Backtest");
const owner = await stack.addMember(clientId, "owner");
const database = await stack.tenants.database(clientId);
await database.run(
  `insert into clearance_requests (request_id, status, principal, principal_label, body_hash, tool_name, tool_args, tool_args_hash,
     intent_hash, agent_id, session_id, context, reason, reason_code, confidence, minimum_confidence_score, requested_at, paused_at)
   select gen_random_uuid(), 'pending_review', 'key:bench', 'bench', '', 'stripe_refund',
     args::json, args_hash, intent_hash, agent, '', '{}',
     'No rule settles this call.', 'no_rule', 0.5, 0.8, now() - make_interval(secs => n * 60), now()
   from ${refundsSql("generate_series(1, $1::integer)", { currency: "USD", amount: "n % 7000" })}`,
  [REQUESTS],
);
await owner("PUT", "/tools/stripe_refund/mapping", {
  acts: ["refund"],
  amount: { path: "amount", unit: "major", currency: { path: "currency" } },
});
const draft = await owner("POST", "/policies", {
  policy_id: "refunds",
  title: "Refunds",
  tools: ["stripe_refund"],
  rules: [
    "Refunds up to 100 USD may be approved automatically, at most 20 an hour per agent.",
    "Refunds over 1,000 USD need two reviewers.",
    "Never refund over 5,000 USD.",
    "Refunds outside 08:00 to 18:00 Europe/Berlin need a person.",
  ],
  content: "",
});
const start = performance.now();
await owner("POST", "/policies/refunds/backtests", { policy_version_id: draft.body.policy_version_id, days: 365 });
const { body } = await until(
  () => owner("GET", "/policies/refunds/backtests"),
  (answer) => answer.body.backtests[0].state === "done",
);
const seconds = (performance.now() - start) / 1000;
const [backtest] = body.backtests;
report(import.meta.filename, {
  what: `${REQUESTS} past requests held against a draft with four rules`,
  goal: `under ${GOAL_SECONDS} s`,
  ratio: round(seconds / GOAL_SECONDS, 3),
  unit: "seconds / the goal",
  measured: {
    database: stack.databaseKind,
    seconds: round(seconds),
    requests: backtest.done,
    changed: backtest.result.changed,
    requests_per_second: round(REQUESTS / seconds, 0),
  },
});
await stack.close();
