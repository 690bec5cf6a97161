import type { KnownBlock, ModalView } from "@slack/types";

/** Slack refuses for good: the channel is gone, the token was revoked. Sending again will not help. */
export class SlackRefused extends Error {
  override name = "SlackRefused";
  /** Slack's own error, such as `channel_not_found`. */
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`Slack refused it: ${reason}.`, options);
    this.reason = reason;
  }
}

/** Slack asks to wait. */
export class SlackBusy extends Error {
  override name = "SlackBusy";
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number, options?: ErrorOptions) {
    super(`Slack asks to wait ${retryAfterSeconds} s.`, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type SlackMessage = { text: string; blocks: KnownBlock[] };
export type SlackPlace = { channelId: string; ts: string };
export type SlackInstallation = { token: string; teamId: string; teamName: string };
export type SlackIdentity = { slackUserId: string; slackName: string; teamId: string };

/**
 * Slack's Web API, as far as Ledgix speaks it.
 *
 * @throws {SlackRefused} for good, {SlackBusy} to wait; anything else may be tried again
 */
export interface Slack {
  /** Where a person agrees to an installation, or shows who they are. */
  authorizeUrl(purpose: "install" | "link", redirectUri: string, state: string): string;
  install(code: string, redirectUri: string): Promise<SlackInstallation>;
  identify(code: string, redirectUri: string): Promise<SlackIdentity>;
  /** The channel to post to: the channel itself, or the conversation with a person. */
  conversationOf(token: string, target: string): Promise<string>;
  /** Posts a message, marked with the delivery's id. */
  post(
    token: string,
    channelId: string,
    message: SlackMessage,
    options: { deliveryId: string; threadTs?: string },
  ): Promise<SlackPlace>;
  /** The message of a delivery whose answer was lost, where it did arrive. */
  find(token: string, channelId: string, deliveryId: string, since: Date): Promise<SlackPlace | null>;
  update(token: string, place: SlackPlace, message: SlackMessage): Promise<void>;
  openModal(token: string, triggerId: string, view: ModalView): Promise<void>;
  /** Says something that only one person sees, by the address that an interaction carries. */
  whisper(responseUrl: string, text: string): Promise<void>;
  listTargets(token: string): Promise<{ id: string; name: string; kind: "channel" | "person" }[]>;
  /** Whether an interaction carries this app's signature of its raw body (RFC 2104 HMAC-SHA256, Slack's `v0` scheme). */
  isSigned(timestamp: string, rawBody: string, signature: string): boolean;
}
