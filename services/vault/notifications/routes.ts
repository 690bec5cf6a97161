import {
  newWebhook,
  notificationSettingsUpdate,
  reinstatement,
  routeTrial,
  slackAuthorize,
  slackCode,
  unsubscribe as unsubscribeBody,
  webhookRotation,
  webhookUpdate,
} from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { Hono } from "hono";
import { assertMay, type Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { Admit, Env } from "../http/admit.ts";
import { readBody, readQuery } from "../http/body.ts";
import { readIfMatch, versioned } from "../http/if-match.ts";
import { deliveryQuery, searchQuery } from "../http/queries.ts";
import { listDeliveries, resendDelivery } from "./log.ts";
import { reinstate, unsubscribe } from "./recipients.ts";
import { readNotificationSettings, updateNotificationSettings } from "./settings.ts";
import {
  authorizeSlack,
  disconnectSlack,
  findSlackTargets,
  installSlack,
  linkSlackIdentity,
  readSlackState,
  unlinkSlackIdentity,
} from "./slack/connect.ts";
import { takeInteraction } from "./slack/interactions.ts";
import { previewRoute, testRoute } from "./try-route.ts";
import { createWebhook, deleteWebhook, listWebhooks, rotateWebhookSecret, switchWebhook } from "./webhooks.ts";

type Member = Extract<Principal, { kind: "member" }>;

/** Who is told of what, by which way, and what became of it. */
export function addNotificationRoutes(app: Hono<Env>, deps: VaultDependencies, admit: Admit): void {
  const { tenants } = deps;

  app.get("/notification-settings", async (context) => {
    const { clientId } = await admit(context, "settings:read");
    return versioned(context, await readNotificationSettings(deps, clientId, await tenants.database(clientId)));
  });
  app.put("/notification-settings", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, notificationSettingsUpdate);
    const database = await tenants.database(principal.clientId);
    return versioned(context, await updateNotificationSettings(deps, database, principal, body, readIfMatch(context)));
  });
  app.post("/notification-settings/preview", async (context) => {
    const principal = await admit(context, "settings:read");
    const { body } = await readBody(context, routeTrial);
    return context.json(await previewRoute(deps, await tenants.database(principal.clientId), principal, body));
  });
  app.post("/notification-settings/test", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, routeTrial);
    return context.json(await testRoute(deps, await tenants.database(principal.clientId), principal, body));
  });
  app.post("/notification-settings/reinstate", async (context) => {
    const { clientId } = await admit(context, "settings:write");
    const { body } = await readBody(context, reinstatement);
    const database = await tenants.database(clientId);
    await reinstate(database, body.email);
    return versioned(context, await readNotificationSettings(deps, clientId, database));
  });
  // Without a key: whoever holds the token of a mail may end that mail, and do nothing else.
  app.post("/unsubscribe", async (context) => {
    const { body } = await readBody(context, unsubscribeBody);
    return context.json(await unsubscribe(deps, body.token));
  });

  app.get("/deliveries", async (context) => {
    const { clientId } = await admit(context, "settings:read");
    const { limit, cursor, ...filter } = readQuery(context, deliveryQuery);
    return context.json(await listDeliveries(await tenants.database(clientId), filter, { limit, before: cursor ?? null }));
  });
  app.post("/deliveries/:deliveryId/resend", async (context) => {
    const { clientId } = await admit(context, "settings:write");
    await resendDelivery(await tenants.database(clientId), context.req.param("deliveryId"), deps.now());
    return context.json({ status: "waiting" });
  });

  app.get("/webhooks", async (context) => {
    const { clientId } = await admit(context, "settings:read");
    return context.json(await listWebhooks(await tenants.database(clientId)));
  });
  app.post("/webhooks", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, newWebhook);
    return context.json(await createWebhook(deps, principal, body), 201);
  });
  app.put("/webhooks/:webhookId", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, webhookUpdate);
    return context.json(await switchWebhook(deps, principal, context.req.param("webhookId"), body.is_enabled));
  });
  app.post("/webhooks/:webhookId/rotate", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, webhookRotation);
    return context.json(await rotateWebhookSecret(deps, principal, context.req.param("webhookId"), body.overlap_seconds));
  });
  app.delete("/webhooks/:webhookId", async (context) => {
    const principal = await admit(context, "settings:write");
    await deleteWebhook(deps, principal, context.req.param("webhookId"));
    return context.json(await listWebhooks(await tenants.database(principal.clientId)));
  });

  app.get("/slack", async (context) => {
    const principal = await admit(context, "settings:read");
    return context.json(await readSlackState(deps, await tenants.database(principal.clientId), principal));
  });
  app.post("/slack/authorize", async (context) => {
    const principal = await admit(context, null);
    const { body } = await readBody(context, slackAuthorize);
    assertMayConnect(principal, body.purpose);
    return context.json({ url: authorizeSlack(deps, body) });
  });
  app.post("/slack/install", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, slackCode);
    await installSlack(deps, principal, body);
    return context.json(await readSlackState(deps, await tenants.database(principal.clientId), principal));
  });
  app.delete("/slack/install", async (context) => {
    const principal = await admit(context, "settings:write");
    await disconnectSlack(deps, principal);
    return context.json(await readSlackState(deps, await tenants.database(principal.clientId), principal));
  });
  app.get("/slack/targets", async (context) => {
    const { clientId } = await admit(context, "settings:read");
    const { q } = readQuery(context, searchQuery);
    return context.json(await findSlackTargets(deps, clientId, await tenants.database(clientId), q ?? ""));
  });
  app.post("/slack/link", async (context) => {
    const principal = asMember(await admit(context, "reviews:collaborate"));
    const { body } = await readBody(context, slackCode);
    await linkSlackIdentity(deps, principal, body);
    return context.json(await readSlackState(deps, await tenants.database(principal.clientId), principal));
  });
  app.delete("/slack/link", async (context) => {
    const principal = asMember(await admit(context, "reviews:collaborate"));
    const database = await tenants.database(principal.clientId);
    await unlinkSlackIdentity(deps, database, principal);
    return context.json(await readSlackState(deps, database, principal));
  });
  // Without a key: Slack's own signature says who calls.
  app.post("/slack/interactions", async (context) => {
    const answer = await takeInteraction(deps, await context.req.text(), {
      timestamp: context.req.header("x-slack-request-timestamp") ?? "",
      signature: context.req.header("x-slack-signature") ?? "",
    });
    return answer === null ? context.body(null, 200) : context.json(answer);
  });
}

function assertMayConnect(principal: Principal, purpose: "install" | "link"): void {
  assertMay(principal, purpose === "install" ? "settings:write" : "reviews:collaborate");
}

/** A key is nobody in Slack. No scope carries the permission, so this only tells the types. */
function asMember(principal: Principal): Member {
  if (principal.kind === "member") return principal;
  throw new ProblemError("forbidden", "Only a member has a Slack identity.");
}
