import type { Citation, EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import type { CoveringPolicy } from "@ledgix/governing/governing";
import { locator } from "@ledgix/rules/locate";
import { generateText, type LanguageModel, Output } from "ai";
import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";
import { answerUnder, review } from "./answer.ts";
import { type Calibration, calibrated } from "./confidence.ts";
import type { ModelJudge } from "./model.ts";
import { type ModelAnswer, modelAnswer, promptFor } from "./prompt.ts";
import { givesOrders, speaksToTheJudge } from "./suspicion.ts";

/** What an answer cost and how long it took; no content. */
export type AnswerRecord = {
  clientId: string;
  requestId: string;
  model: string;
  outcome: "answered" | "failed";
  inputTokens: number | null;
  outputTokens: number | null;
  cost: number | null;
  milliseconds: number;
};

export type ChatJudgeOptions = {
  name: string;
  model: LanguageModel;
  calibration: Calibration | null;
  /** US dollars a million tokens, where they are known. */
  price: { input: number; output: number } | null;
  /** Seconds that one attempt may take. There are two. */
  timeoutSeconds: number;
  record: (answer: AnswerRecord) => void;
};

/** Failures in a row after which the model is left alone for a while. */
const FAILURES = 5;
const LEFT_ALONE_MS = 30_000;
const MAX_OUTPUT_TOKENS = 1_000;

/** A chat model of a provider as the judge, its answer by schema, at temperature 0. */
export function chatJudge({ name, model, calibration, price, timeoutSeconds, record }: ChatJudgeOptions): ModelJudge {
  const policy = wrap(
    circuitBreaker(handleAll, { halfOpenAfter: LEFT_ALONE_MS, breaker: new ConsecutiveBreaker(FAILURES) }),
    retry(handleAll, { maxAttempts: 1, backoff: new ExponentialBackoff({ initialDelay: 200 }) }),
    timeout(timeoutSeconds * 1000, TimeoutStrategy.Aggressive),
  );

  async function ask(request: EvaluateRequest, passages: Citation[]): Promise<ModelAnswer | null> {
    const started = performance.now();
    const note = (outcome: AnswerRecord["outcome"], inputTokens: number | null = null, outputTokens: number | null = null) =>
      record({
        clientId: request.client_id,
        requestId: request.request_id,
        model: name,
        outcome,
        inputTokens,
        outputTokens,
        cost: price && ((inputTokens ?? 0) * price.input + (outputTokens ?? 0) * price.output) / 1e6,
        milliseconds: Math.round(performance.now() - started),
      });
    try {
      const { output, usage } = await policy.execute(({ signal }) =>
        generateText({
          model,
          ...promptFor(request, passages),
          output: Output.object({ schema: modelAnswer }),
          temperature: 0,
          maxOutputTokens: MAX_OUTPUT_TOKENS,
          maxRetries: 0,
          abortSignal: signal,
        }),
      );
      note("answered", usage.inputTokens ?? null, usage.outputTokens ?? null);
      return output;
    } catch {
      note("failed");
      return null;
    }
  }

  async function judge(request: EvaluateRequest, policy: CoveringPolicy, passages: Citation[]): Promise<EvaluateAnswer> {
    const answer = await ask(request, passages);
    if (answer === null)
      return review(
        `${name} did not give an answer that can be used, so a person must decide.`,
        "judge_unavailable",
        policy,
        passages,
      );
    const cited = citationsOf(answer, passages);
    if (cited === null)
      return review(
        `${name} cited what no policy says, so its ${answer.verdict === "review" ? "answer" : "verdict"} counts for nothing.`,
        "citation_invalid",
        policy,
        passages,
      );
    const call = [request.tool_name, request.tool_args, request.context, request.agent_id, request.purpose ?? ""];
    if (answer.verdict === "allow" && (speaksToTheJudge(call) || givesOrders(passages.map(({ text }) => text))))
      return review(
        "A text in the call or in a policy speaks to the judge or hides characters, so a person must look at it.",
        "model_review",
        policy,
        passages,
      );
    const { confidence, basis } = calibrated(answer.confidence, name, calibration);
    return {
      ...answerUnder(policy),
      verdict: answer.verdict,
      confidence,
      confidence_basis: basis,
      reason: answer.reason,
      reason_code: `model_${answer.verdict}`,
      citations: cited.length > 0 ? cited : passages,
    };
  }

  return {
    model: name,
    decide: judge,
    async object(request, allowed, passages) {
      const policy = {
        policy_id: allowed.policy_id ?? "",
        policy_version_id: allowed.policy_version_id ?? "",
        content_hash: allowed.policy_content_hash ?? "",
        title: allowed.citations[0]?.heading ?? "",
      };
      // The rule that allows is a passage too: a model that knows nothing of it would object to everything.
      const answer = await judge(request, policy, [...allowed.citations, ...passages]);
      if (answer.verdict === "allow") return allowed;
      return {
        ...answer,
        amount: allowed.amount,
        required_approvals: allowed.required_approvals,
        approvals_reason: allowed.approvals_reason,
        citations: [...allowed.citations, ...answer.citations.filter(({ kind }) => kind === "passage")],
      };
    },
  };
}

/**
 * The passages that a model quoted, each cut to the quote. Null where a quote is not in its passage word for word, or where a verdict other
 * than review rests on none.
 */
function citationsOf({ verdict, citations }: ModelAnswer, passages: Citation[]): Citation[] | null {
  const cited: Citation[] = [];
  for (const { passage, quote } of citations) {
    const source = passages[passage];
    const place = source && locator(source.text).of(quote);
    if (!source || !place) return null;
    cited.push({
      ...source,
      text: source.text.slice(place.start, place.end),
      start: source.start + place.start,
      end: source.start + place.end,
    });
  }
  return cited.length === 0 && verdict !== "review" ? null : cited;
}
