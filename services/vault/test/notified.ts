import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Caller, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { type Refunds, startRefunds } from "./refunds.ts";
import { type PostedMessage, type SlackDouble, startSlackDouble } from "./slack-double.ts";

export let slack: SlackDouble;
export let mail: MailServer;
export let refunds: Refunds;
/** The address of the stack's Vault. */
export let vaultUrl: string;
export const REVIEWER = "reviewer@example.com";
export const REFUNDS_CHANNEL = { id: "C0001", name: "#refunds" };
export const redirect_uri = "http://localhost:3000/api/slack/callback";

/** A stack of its own for the test file, with a mail server and Slack beside it; no routes and no rules before each test. */
export function useNotifications(): void {
  beforeAll(async () => {
    slack = await startSlackDouble();
    mail = await startMailServer(await mkdtemp(join(tmpdir(), "ledgix-mail-")));
    refunds = await startRefunds({
      environment: {
        ...slack.environment,
        ...mail.environment,
        CONSOLE_URL: "http://localhost:3000",
        VAULT_DELIVERY_RETRY_SECONDS: "1",
      },
    });
    vaultUrl = refunds.stack.vault.url;
  });
  afterAll(async () => {
    await refunds.stack.close();
    await slack.close();
    await mail.stop();
  });
  beforeEach(async () => {
    slack.break(null);
    mail.mails.length = 0;
    slack.messages.length = 0;
    await setRoutes([]);
    await refunds.owner("PUT", "/review-settings", { rules: [] });
  });
}

export const route = (more: object) => ({ id: "r1", name: "Paused refunds", events: ["review.pending"], ...more });
export async function setRoutes(routes: object[], more: object = {}) {
  const answer = await refunds.owner("PUT", "/notification-settings", { routes, quiet_hours: null, time_zone: "UTC", ...more });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}
export const approve = (who: Caller, id: string, reason = "") =>
  who("POST", `/reviews/${id}/decision`, { approved: true, review_reason: reason });
export type Logged = {
  delivery_id: string;
  status: string;
  attempts: number;
  last_error: string | null;
  target: string;
  event_type: string;
  not_before: string;
};
export const deliveriesOf = async (id: string): Promise<Logged[]> =>
  (await refunds.owner("GET", `/deliveries?request_id=${id}`)).body.deliveries;
export const settled = (id: string, count: number) =>
  until(
    () => deliveriesOf(id),
    (deliveries) => deliveries.length >= count && deliveries.every(({ status }) => status !== "waiting"),
  );
export const linksIn = (text: string | undefined) => text?.match(/https?:\/\/\S+/g) ?? [];
export const wordsOf = (message: PostedMessage) => JSON.stringify(message.blocks);
