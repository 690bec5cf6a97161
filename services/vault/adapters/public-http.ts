import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { useAgent } from "request-filtering-agent";

export type PublicAnswer = { status: number; retryAfter: number | null; text: string };
export type PublicRequest = { method: "GET" | "POST"; headers: Record<string, string>; body?: string; maxBytes?: number };

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/**
 * Calls addresses that tenants choose. Private, loopback, link-local and metadata addresses are refused when the connection is made, after
 * DNS, unless the operator allows them; redirects are never followed. Reads no more of the answer than it may.
 */
export function publicHttp({ allowPrivate }: { allowPrivate: boolean }) {
  const agentOptions = { allowPrivateIPAddress: allowPrivate, allowMetaIPAddress: allowPrivate };
  return (url: string, { method, headers, body, maxBytes = MAX_BYTES }: PublicRequest): Promise<PublicAnswer> => {
    const request = url.startsWith("https:") ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = request(url, {
        method,
        agent: useAgent(url, agentOptions),
        headers: { ...headers, ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      outgoing.once("error", reject);
      outgoing.once("response", (answer) => {
        const parts: Buffer[] = [];
        let length = 0;
        answer.on("data", (part: Buffer) => {
          length += part.length;
          if (length <= maxBytes) parts.push(part);
          else outgoing.destroy(new Error("The answer is larger than what is read."));
        });
        answer.once("error", reject);
        answer.once("end", () => {
          const wait = Number(answer.headers["retry-after"]);
          resolve({
            status: answer.statusCode ?? 0,
            retryAfter: Number.isFinite(wait) && wait > 0 ? wait : null,
            text: Buffer.concat(parts).toString("utf8"),
          });
        });
      });
      outgoing.end(body);
    });
  };
}
