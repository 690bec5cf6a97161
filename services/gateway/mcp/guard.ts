import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  isInitializeRequest,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { VaultClient } from "../vault.ts";
import { callClearer, REQUEST_ID, type ToolCall, toolCall } from "./clear-call.ts";

export type GuardOptions = {
  /** Towards the MCP client. */
  client: Transport;
  /** Towards the MCP server that is protected. */
  upstream: Transport;
  vault: VaultClient;
  /** Who Vault hears is asking; what the client calls itself where not given. */
  agentId?: string | undefined;
  sessionId: string;
  waitSeconds: number;
  onError: (error: unknown) => void;
};

const INVALID_PARAMS = -32_602;
const cancellation = z.looseObject({ requestId: z.union([z.string(), z.number()]) });
const progressToken = z.looseObject({ _meta: z.looseObject({ progressToken: z.union([z.string(), z.number()]) }) });

/**
 * Stands between an MCP client and a server, message by message, whatever version they speak. `tools/call` is held until Vault clears
 * it for exactly its arguments; everything else passes as it is.
 */
export async function guardMcp(options: GuardOptions): Promise<{ close(): Promise<void> }> {
  const { client, upstream, onError } = options;
  let clientName = "mcp-client";
  const clear = callClearer({ ...options, agentId: () => options.agentId ?? clientName });
  /** Calls that are held, and calls that the server is at work with. */
  const held = new Map<RequestId, AbortController>();
  const running = new Set<RequestId>();
  let initializing: RequestId | null = null;
  let isClosed = false;

  const toClient = (message: JSONRPCMessage, relatedRequestId?: RequestId) =>
    client.send(message, relatedRequestId === undefined ? {} : { relatedRequestId }).catch(onError);
  const toServer = (message: JSONRPCMessage) =>
    upstream.send(message).catch((error: unknown) => {
      onError(error);
      if (isJSONRPCRequest(message)) {
        running.delete(message.id);
        const answer = { code: -32_603, message: "The server behind the guard cannot be reached." };
        void toClient({ jsonrpc: "2.0", id: message.id, error: answer });
      }
    });

  async function hold(request: JSONRPCRequest): Promise<void> {
    const call = toolCall.safeParse(request.params);
    if (!call.success) {
      const message = "A call needs the tool's name and an object of arguments.";
      await toClient({ jsonrpc: "2.0", id: request.id, error: { code: INVALID_PARAMS, message } });
      return;
    }
    const waiting = new AbortController();
    held.set(request.id, waiting);
    try {
      const clearance = await clear(call.data, (detail) => tellProgress(request, detail), waiting.signal);
      if (waiting.signal.aborted) return; // cancelled: nobody wants an answer
      if (!clearance.isCleared) {
        await toClient({ jsonrpc: "2.0", id: request.id, result: clearance.answer });
        return;
      }
      running.add(request.id);
      await toServer({ ...request, params: withoutOurs(call.data) });
    } finally {
      held.delete(request.id);
    }
  }

  function tellProgress(request: JSONRPCRequest, message: string): void {
    const asked = progressToken.safeParse(request.params);
    if (!asked.success) return;
    const params = { progressToken: asked.data._meta.progressToken, progress: 0, message };
    void toClient({ jsonrpc: "2.0", method: "notifications/progress", params }, request.id);
  }

  client.onmessage = (message) => {
    if (isJSONRPCRequest(message)) {
      if (message.method === "tools/call") {
        void hold(message).catch(onError);
        return;
      }
      if (isInitializeRequest(message)) {
        clientName = message.params.clientInfo.name.slice(0, 256) || clientName;
        initializing = message.id;
      }
      running.add(message.id);
    }
    if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      const cancelled = cancellation.safeParse(message.params);
      const waiting = cancelled.success ? held.get(cancelled.data.requestId) : undefined;
      if (waiting) {
        waiting.abort(); // the server never heard of it
        return;
      }
    }
    void toServer(message);
  };
  upstream.onmessage = (message) => {
    if (isJSONRPCResultResponse(message) && message.id === initializing) {
      const { protocolVersion } = message.result;
      if (typeof protocolVersion === "string") upstream.setProtocolVersion?.(protocolVersion);
      initializing = null;
    }
    if ("id" in message && !("method" in message)) {
      if (message.id !== undefined) running.delete(message.id);
      void toClient(message);
      return;
    }
    // What the server sends while it works on a call belongs to that call's stream.
    const [related] = running;
    void toClient(message, related);
  };

  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    for (const waiting of held.values()) waiting.abort();
    await Promise.all([client.close(), upstream.close()].map((closing) => closing.catch(onError)));
  };
  client.onclose = () => void close();
  upstream.onclose = () => void close();
  client.onerror = onError;
  upstream.onerror = onError;
  await upstream.start();
  await client.start();
  return { close };
}

/** The call as the server gets it, without what only the guard reads. */
function withoutOurs({ _meta, ...call }: ToolCall) {
  const { [REQUEST_ID]: _, ...meta } = _meta ?? {};
  return { ...call, ...(Object.keys(meta).length > 0 && { _meta: meta }) };
}
