"use server";

import { randomBytes } from "node:crypto";
import type { NotificationEvent } from "@ledgix/contract/notifications";
import {
  type NotificationRoute,
  type NotificationSettings,
  type NotificationSettingsUpdate,
  type newWebhook,
  notificationSettings,
  notificationSettingsUpdate,
  routePreview,
  routeTestResult,
  type SlackState,
  slackState,
  unsubscribed,
  webhook,
  webhookList,
  webhookSecret,
} from "@ledgix/contract/notifications";
import { cookies } from "next/headers";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { env } from "../env";
import { requireMember } from "../session";
import type { Saved } from "../settings/saved";
import { saveSettings } from "../vault/save-settings";
import { callVault, json } from "../vault/server";
import { SLACK_COOKIE, SLACK_COOKIE_SECONDS, slackRedirectUri } from "./slack-cookie";

// Each is checked by Vault, under the member's own token.

export async function saveNotifications(
  clientId: string,
  update: NotificationSettingsUpdate,
  version: string,
): Promise<Saved<NotificationSettings>> {
  const member = await requireMember(clientId);
  const parsed = notificationSettingsUpdate.safeParse(update);
  if (!parsed.success) return failed(parsed.error.issues[0]?.message ?? "Check what you entered.");
  const schemas = { answer: notificationSettings, document: notificationSettings };
  return saveSettings(member, "/notification-settings", schemas, parsed.data, version);
}

export async function previewRoute(
  clientId: string,
  route: NotificationRoute,
  event: NotificationEvent,
): Promise<ActionResult<z.infer<typeof routePreview>>> {
  const member = await requireMember(clientId);
  return callVault(member, "/notification-settings/preview", routePreview, json("POST", { route, event }));
}

export async function testRoute(
  clientId: string,
  route: NotificationRoute,
  event: NotificationEvent,
): Promise<ActionResult<z.infer<typeof routeTestResult>>> {
  const member = await requireMember(clientId);
  return callVault(member, "/notification-settings/test", routeTestResult, json("POST", { route, event }));
}

export async function reinstateAddress(clientId: string, email: string): Promise<ActionResult<NotificationSettings>> {
  const member = await requireMember(clientId);
  return callVault(member, "/notification-settings/reinstate", notificationSettings, json("POST", { email }));
}

export async function resendDelivery(clientId: string, deliveryId: string): Promise<ActionResult<{ status: string }>> {
  const member = await requireMember(clientId);
  const path = `/deliveries/${z.uuid().parse(deliveryId)}/resend`;
  return callVault(member, path, z.object({ status: z.string() }), json("POST", {}));
}

type WithSecret = z.infer<typeof webhookSecret>;

export async function addWebhook(clientId: string, input: z.infer<typeof newWebhook>): Promise<ActionResult<WithSecret>> {
  const member = await requireMember(clientId);
  return callVault(member, "/webhooks", webhookSecret, json("POST", input));
}

const webhookPath = (webhookId: string) => `/webhooks/${z.uuid().parse(webhookId)}`;

export async function rotateWebhook(clientId: string, webhookId: string): Promise<ActionResult<WithSecret>> {
  const member = await requireMember(clientId);
  return callVault(member, `${webhookPath(webhookId)}/rotate`, webhookSecret, json("POST", {}));
}

export async function switchWebhook(clientId: string, webhookId: string, isEnabled: boolean): Promise<ActionResult<unknown>> {
  const member = await requireMember(clientId);
  return callVault(member, webhookPath(webhookId), webhook, json("PUT", { is_enabled: isEnabled }));
}

export async function deleteWebhook(clientId: string, webhookId: string): Promise<ActionResult<unknown>> {
  const member = await requireMember(clientId);
  return callVault(member, webhookPath(webhookId), webhookList, { method: "DELETE" });
}

/** Begins an OAuth conversation with Slack: what comes back is taken only in this browser, for this tenant and purpose. */
export async function startSlack(clientId: string, purpose: "install" | "link"): Promise<ActionResult<{ url: string }>> {
  const member = await requireMember(clientId);
  const state = randomBytes(24).toString("base64url");
  const request = { purpose, redirect_uri: slackRedirectUri(env().CONSOLE_URL), state };
  const result = await callVault(member, "/slack/authorize", z.object({ url: z.url() }), json("POST", request));
  if (!result.ok) return result;
  (await cookies()).set(SLACK_COOKIE, JSON.stringify({ state, clientId, purpose }), {
    httpOnly: true,
    sameSite: "lax",
    secure: env().CONSOLE_URL.startsWith("https:"),
    path: "/api/slack",
    maxAge: SLACK_COOKIE_SECONDS,
  });
  return succeeded({ url: result.data.url });
}

export async function disconnectSlack(clientId: string): Promise<ActionResult<SlackState>> {
  const member = await requireMember(clientId);
  return callVault(member, "/slack/install", slackState, { method: "DELETE" });
}

export async function unlinkSlack(clientId: string): Promise<ActionResult<SlackState>> {
  const member = await requireMember(clientId);
  return callVault(member, "/slack/link", slackState, { method: "DELETE" });
}

/** Ends mail to an address, by the token of its link. Needs no session: the mail may be opened anywhere. */
export async function endMail(token: string): Promise<ActionResult<z.infer<typeof unsubscribed>>> {
  const response = await fetch(new URL("/unsubscribe", env().VAULT_URL), { ...json("POST", { token }), cache: "no-store" }).catch(
    () => null,
  );
  if (response === null || response.status >= 500) return failed("This could not be changed right now. Try again shortly.");
  if (!response.ok) return failed("This link is not known. Take the one from the newest mail.");
  return succeeded(unsubscribed.parse(await response.json()));
}
