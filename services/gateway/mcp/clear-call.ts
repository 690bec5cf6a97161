import { hashToolArgs } from "@ledgix/contract/canonical-json";
import type { ClearanceAnswer } from "@ledgix/contract/clearance";
import { type JsonObject, jsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { VaultClient } from "../vault.ts";

/** Where a held call's request stands in `_meta`, of answers and of calls that resume one. */
export const REQUEST_ID = "com.ledgix/request_id";
export const STATUS = "com.ledgix/status";
const REVIEW_URL = "com.ledgix/review_url";

export const toolCall = z.looseObject({
  name: z.string().min(1),
  arguments: jsonObject.default({}),
  _meta: z.looseObject({ [REQUEST_ID]: z.uuid().optional() }).optional(),
});
export type ToolCall = z.infer<typeof toolCall>;

/** How a call ended: it may go on, or this is its answer. */
export type Clearance = { isCleared: true } | { isCleared: false; answer: CallToolResult };

export type ClearOptions = {
  vault: VaultClient;
  agentId: () => string;
  sessionId: string;
  /** Seconds that a call is held for a person before it is answered as paused. */
  waitSeconds: number;
};

/** One poll of Vault holds so long at most. */
const POLL_SECONDS = 10;

/**
 * Clears calls of one MCP session. A call that pauses is remembered by its tool and arguments: the same call again takes up the same request,
 * and so does one that names the request in `_meta`, also after a restart.
 */
export function callClearer({ vault, agentId, sessionId, waitSeconds }: ClearOptions) {
  const paused = new Map<string, string>();

  async function ask(call: ToolCall): Promise<ClearanceAnswer> {
    const request = { tool_name: call.name, tool_args: call.arguments, agent_id: agentId(), session_id: sessionId };
    return vault.requestClearance(request, crypto.randomUUID());
  }

  /**
   * @param onWaiting Told once when a person is asked.
   * @param signal Ends the waiting: the caller went away.
   */
  return async (call: ToolCall, onWaiting: (detail: string) => void, signal: AbortSignal): Promise<Clearance> => {
    const name = `${call.name} ${hashToolArgs(call.arguments)}`;
    try {
      const known = call._meta?.[REQUEST_ID] ?? paused.get(name);
      let answer = known === undefined ? await ask(call) : await vault.status(known, 0);
      const end = performance.now() + waitSeconds * 1000;
      let isTold = false;
      while (isOpen(answer) && performance.now() < end && !signal.aborted) {
        if (answer.status === "pending_review" && !isTold) onWaiting(pausedDetail(answer));
        isTold ||= answer.status === "pending_review";
        const left = (end - performance.now()) / 1000;
        answer = await vault.status(answer.request_id, Math.max(1, Math.min(POLL_SECONDS, Math.ceil(left))));
      }
      if (isOpen(answer)) {
        paused.set(name, answer.request_id);
        return held(answer);
      }
      paused.delete(name);
      if (answer.status !== "approved" || answer.token === null) return refused(answer);
      // Burned for exactly this tool and these arguments: a request of another call does not let this one pass.
      await vault.consume(answer.token, call.name, call.arguments);
      return { isCleared: true };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.code === "not_found") paused.delete(name); // such a request is not there any more
      return failed(error);
    }
  };
}

const isOpen = ({ status }: ClearanceAnswer) => status === "processing" || status === "pending_review";

const pausedDetail = ({ reason, review_url }: ClearanceAnswer) =>
  `Waiting for a reviewer: ${reason}${review_url ? ` They decide at ${review_url}.` : ""}`;

function held(answer: ClearanceAnswer): Clearance {
  return told(
    `${answer.status === "processing" ? "The call is still being judged." : pausedDetail(answer)} ` +
      "Nothing was done. Call the tool again with the same arguments once it is approved.",
    { [REQUEST_ID]: answer.request_id, [STATUS]: answer.status, ...(answer.review_url && { [REVIEW_URL]: answer.review_url }) },
  );
}

const refused = (answer: ClearanceAnswer): Clearance =>
  told(`The call was not approved, and nothing was done. ${answer.reason}`, {
    [REQUEST_ID]: answer.request_id,
    [STATUS]: answer.status,
  });

const failed = (error: ProblemError): Clearance =>
  told(`The call could not be cleared, and nothing was done. ${error.message}`, { [STATUS]: error.code });

/** An answer that a model reads as the tool's own error, with what a program needs in `_meta`. */
const told = (text: string, _meta: JsonObject): Clearance => ({
  isCleared: false,
  answer: { isError: true, content: [{ type: "text", text }], _meta },
});
