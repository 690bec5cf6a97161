import {
  type NotificationEvent,
  notificationEvents,
  type routePreview,
  type routeTestResult,
  type routeTrial,
} from "@ledgix/contract/notifications";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { addressesOfRoute, assertRoutesName, readMailing } from "../people/mailing.ts";
import { consoleUrl, noticeMail } from "./mail.ts";
import { aboutCase, type Notice, readCase, readNotice } from "./notice.ts";
import { slackMessage } from "./slack/message.ts";
import { slackOf } from "./slack/post.ts";

type Trial = z.infer<typeof routeTrial>;

/** What stands in for an event of this kind: the newest case, or an invented one; invented values for the rest. */
async function sampleNotice(database: Database, type: NotificationEvent, by: string): Promise<Notice> {
  if (!notificationEvents[type].isCase) {
    const payload = {
      name: "payments-worker",
      prefix: "sk_production_AbC123",
      environment: "production",
      when: "in 3 days",
      times: "12 times",
      detail: "A development key called production.",
      title: "Refund policy",
      version: 2,
      policy_id: "refund-policy",
      what: "a draft of Refund policy",
      path: "/policies",
      by,
    };
    const notice = await readNotice(database, { type, request_id: null, payload });
    if (notice) return notice;
  }
  const newest = await database.row(
    z.object({ request_id: z.string() }),
    "select request_id from clearance_requests where paused_at is not null order by paused_at desc limit 1",
  );
  const noticeCase = newest && (await readCase(database, newest.request_id));
  if (noticeCase) return aboutCase(type, noticeCase, {});
  return {
    type,
    requestId: null,
    title: "payments-agent wants to refund $1,240.00 to customer cus_123",
    lines: ["Confidence 0.71 is below your threshold of 0.80."],
    facts: [
      ["Tool", "stripe_refund"],
      ["Asked by", "payments-worker"],
    ],
    path: "/reviews",
    pathLabel: "Open the queue",
    noticeCase: null,
  };
}

const tenantName = async ({ controlPlane }: VaultDependencies, clientId: string) =>
  (await controlPlane.row(z.object({ name: z.string() }), "select name from public.clients where id = $1", [clientId]))?.name ??
  "Your tenant";

/** `POST /notification-settings/preview`: how a message would look. Nothing is sent. */
export async function previewRoute(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  { event }: Trial,
): Promise<z.input<typeof routePreview>> {
  const notice = await sampleNotice(database, event, principalLabel(principal));
  const context = {
    clientId: principal.clientId,
    tenantName: await tenantName(deps, principal.clientId),
    to: principalLabel(principal),
    messageId: "<preview@ledgix>",
    unsubscribeToken: null,
  };
  const { subject, text, html } = noticeMail(deps, notice, context);
  const message = slackMessage(notice, principal.clientId, consoleUrl(deps, principal.clientId, notice.path));
  return { mail: { subject, text, html }, slack: { text: message.text, blocks: JSON.parse(JSON.stringify(message.blocks)) } };
}

/** `POST /notification-settings/test`: sends a message to each receiver of a route, marked as a test, and says what became of it. */
export async function testRoute(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  { route, event }: Trial,
): Promise<z.infer<typeof routeTestResult>> {
  const sample = await sampleNotice(database, event, principalLabel(principal));
  // A test has no buttons that would decide a real case.
  const notice: Notice = { ...sample, requestId: null, noticeCase: null, title: `Test: ${sample.title}` };
  await assertRoutesName(deps, principal.clientId, [route]);
  const addresses = addressesOfRoute(route, await readMailing(deps, principal.clientId));
  const name = await tenantName(deps, principal.clientId);
  const connection = await slackOf(deps, principal.clientId, database);
  const send = async (channel: string, target: string, work: () => Promise<void>) => {
    const detail = await work().then(
      () => "",
      (error: unknown) => (error instanceof Error ? error.message : "It could not be sent."),
    );
    return { channel, target, ok: detail === "", detail: detail || "It was taken." };
  };
  const results = await Promise.all([
    ...addresses.map((to) =>
      send("email", to, async () => {
        if (deps.mailer === null) throw new Error("No mail server is configured.");
        const context = {
          clientId: principal.clientId,
          tenantName: name,
          to,
          messageId: `<test-${crypto.randomUUID()}@ledgix>`,
          unsubscribeToken: null,
        };
        await deps.mailer.send(noticeMail(deps, notice, context));
      }),
    ),
    ...route.to.slack.map((target) =>
      send("slack", target.name, async () => {
        if (connection === null) throw new Error("Slack is not connected.");
        const channelId = await connection.slack.conversationOf(connection.token, target.id);
        const message = slackMessage(notice, principal.clientId, consoleUrl(deps, principal.clientId, notice.path));
        await connection.slack.post(connection.token, channelId, message, { deliveryId: crypto.randomUUID() });
      }),
    ),
  ]);
  return { results };
}
