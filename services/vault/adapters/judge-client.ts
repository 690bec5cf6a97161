import { type EvaluateAnswer, type EvaluateRequest, evaluateAnswer, ingestAnswer } from "@ledgix/contract/judge";

/** The judge, over HTTP. */
export interface JudgeClient {
  evaluate(request: EvaluateRequest): Promise<EvaluateAnswer>;
  ingest(clientId: string, policyVersionId: string): Promise<void>;
}

/** The judge could not be reached, was slow, or answered what the schema refuses. */
export class JudgeUnavailable extends Error {
  override name = "JudgeUnavailable";
}

export function judgeClient({
  url,
  apiKey,
  timeoutSeconds,
}: {
  url: string;
  apiKey: string;
  timeoutSeconds: number;
}): JudgeClient {
  async function post(path: string, body: unknown): Promise<unknown> {
    try {
      const response = await fetch(new URL(path, url), {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": apiKey },
        body: JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.json();
    } catch (error) {
      throw new JudgeUnavailable("The judge did not answer.", { cause: error });
    }
  }

  return {
    async evaluate(request) {
      const answer = evaluateAnswer.safeParse(await post("/evaluate", request));
      if (!answer.success) throw new JudgeUnavailable("The judge's answer does not fit.", { cause: answer.error });
      return answer.data;
    },
    async ingest(clientId, policyVersionId) {
      ingestAnswer.parse(await post("/ingest", { client_id: clientId, policy_version_id: policyVersionId }));
    },
  };
}
