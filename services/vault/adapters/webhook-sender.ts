import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { useAgent } from "request-filtering-agent";

/** The receiver answered with something else than 2xx, or redirects, which is never followed. */
export class WebhookRefused extends Error {
  override name = "WebhookRefused";
  readonly status: number;
  constructor(status: number) {
    super(`The receiver answered with status ${status}.`);
    this.status = status;
  }
}

export interface WebhookSender {
  /** Posts a body. Resolves where the receiver took it. @throws {WebhookRefused}, or what kept it from being reached */
  send(url: string, headers: Record<string, string>, body: string): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/**
 * Posts to addresses that tenants choose. Private, loopback, link-local and metadata addresses are refused when the connection is made,
 * after DNS, unless the operator allows them.
 */
export function webhookSender({ allowPrivate }: { allowPrivate: boolean }): WebhookSender {
  const agentOptions = { allowPrivateIPAddress: allowPrivate, allowMetaIPAddress: allowPrivate };
  return {
    send(url, headers, body) {
      const request = url.startsWith("https:") ? httpsRequest : httpRequest;
      return new Promise((resolve, reject) => {
        const outgoing = request(url, {
          method: "POST",
          agent: useAgent(url, agentOptions),
          headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        outgoing.once("error", reject);
        outgoing.once("response", (answer) => {
          answer.resume();
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve();
          else reject(new WebhookRefused(status));
        });
        outgoing.end(body);
      });
    },
  };
}
