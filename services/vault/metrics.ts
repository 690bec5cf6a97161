import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What Vault counts. Labels are names and codes of few values: no tenant, no tool, nothing that an agent sent. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Seconds from a request to its decision: from what a rule takes, to a day of waiting for a person. */
const DECISION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 20, 60, 600, 3_600, 86_400];

/** Metrics of one Vault, in a registry of their own: a process may hold several. */
export function createMetrics() {
  const registers = [new Registry()];
  const [registry] = registers as [Registry]; // made on the line above
  return {
    registry,
    /** Adds what Node says of the process. Once a process. */
    collectProcess: () => collectDefaultMetrics({ register: registry }),
    decisions: new Counter({
      name: "vault_decisions_total",
      help: "Requests that left `processing`, by what became of them and why.",
      labelNames: ["status", "reason_code"],
      registers,
    }),
    decisionSeconds: new Histogram({
      name: "vault_decision_duration_seconds",
      help: "From a request to its first decision or pause.",
      buckets: DECISION_BUCKETS,
      registers,
    }),
    judgeFailures: new Counter({
      name: "vault_judge_failures_total",
      help: "Requests that paused since the judge did not answer.",
      registers,
    }),
    contentMismatches: new Counter({
      name: "vault_content_mismatches_total",
      help: "Times that a stored request was found not to be what was asked. Somebody writes to a tenant's database.",
      registers,
    }),
    tokensConsumed: new Counter({ name: "vault_tokens_consumed_total", help: "Tokens that were burned.", registers }),
    sequenced: new Counter({
      name: "vault_ledger_sequenced_total",
      help: "Events that were given a place in a tree.",
      registers,
    }),
    anchorFailures: new Counter({
      name: "vault_anchor_failures_total",
      help: "Rounds in which a tenant's checkpoints could not be anchored.",
      registers,
    }),
    roundFailures: new Counter({
      name: "vault_tenant_round_failures_total",
      help: "Background rounds of a tenant that failed.",
      registers,
    }),
    roundSeconds: new Histogram({
      name: "vault_round_duration_seconds",
      help: "A background round over all tenants.",
      buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 300],
      registers,
    }),
    lastRound: new Gauge({
      name: "vault_last_round_timestamp_seconds",
      help: "When a background round last ended. One that stands still means no checkpoints.",
      registers,
    }),
    deliveries: new Counter({
      name: "vault_deliveries_total",
      help: "Messages to people and webhooks, by channel and outcome of the attempt.",
      labelNames: ["channel", "outcome"],
      registers,
    }),
  };
}
