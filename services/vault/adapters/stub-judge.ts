import type { EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import { type JudgeClient, JudgeUnavailable } from "./judge-client.ts";

/**
 * The deterministic stub for development: it reads no policy. A tool whose name holds "deny" is denied, one that holds "review" is paused,
 * everything else is approved. Refused outside the development environment.
 */
export function stubJudge(): JudgeClient {
  const away = () => Promise.reject(new JudgeUnavailable("The stub judge reads no policies."));
  return {
    evaluate: async (request) => verdictOn(request),
    ingest: async () => {},
    readDocument: away,
    preview: away,
    try: async ({ call }) => ({ answer: verdictOn(call), rules: [], steps: [] }),
    check: async ({ calls }) => calls.map(verdictOn),
    backtest: away,
    reembed: async () => ({ finished: true }),
    embeddingState: async () => ({ configured: "stub", serving: "stub", known: 0, wanted: 0 }),
  };
}

function verdictOn({ tool_name }: Pick<EvaluateRequest, "tool_name">): EvaluateAnswer {
  const verdict = /deny/i.test(tool_name) ? "deny" : /review/i.test(tool_name) ? "review" : "allow";
  return {
    verdict,
    confidence: 0.9,
    confidence_basis: "The stub judge always says so.",
    reason: "The stub judge read the tool's name, and no policy.",
    reason_code: `stub_${verdict}`,
    policy_id: null,
    policy_version_id: null,
    policy_content_hash: null,
    citations: [],
    required_approvals: 1,
    approvals_reason: null,
    amount: null,
  };
}
