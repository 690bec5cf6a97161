import { publicHttp } from "./public-http.ts";

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
  /** @throws {AddressBlocked} where `send` never would reach this address */
  assertCallable(url: string): Promise<void>;
}

/** Posts to addresses that tenants choose; see `publicHttp` for where it does not go. */
export function webhookSender(options: { allowPrivate: boolean }): WebhookSender {
  const http = publicHttp(options);
  return {
    async send(url, headers, body) {
      const { status } = await http.call(url, { method: "POST", headers, body });
      if (status < 200 || status > 299) throw new WebhookRefused(status);
    },
    assertCallable: http.assertCallable,
  };
}
