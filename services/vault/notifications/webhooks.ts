import { createHmac, randomBytes } from "node:crypto";
import type { JsonObject } from "@ledgix/contract/json";
import type { newWebhook, Webhook, webhookBody } from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantSecret } from "@ledgix/tenancy/secrets";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import { AddressBlocked } from "../adapters/public-http.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { consoleUrl } from "./mail.ts";
import type { Happening, Notice } from "./notice.ts";

const webhookRow = z.object({
  webhook_id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  is_enabled: z.boolean(),
  created_at: z.date(),
  created_by: z.string(),
  previous_secret_until: z.date().nullable(),
});
const COLUMNS = Object.keys(webhookRow.shape).join(", ");
/** So that receivers can find it in code and logs, and scanners in commits. */
const newSecret = () => `whsec_${randomBytes(32).toString("base64url")}`;

type Deps = Pick<VaultDependencies, "controlPlane" | "tenants" | "webhooks">;

const toWebhook = ({ created_at, previous_secret_until, ...row }: z.infer<typeof webhookRow>): Webhook => ({
  ...row,
  events: row.events as Webhook["events"], // written through `newWebhook`
  created_at: created_at.toISOString(),
  previous_secret_until: previous_secret_until && previous_secret_until > new Date() ? previous_secret_until.toISOString() : null,
});

export async function listWebhooks(database: Queryable): Promise<{ webhooks: Webhook[] }> {
  const rows = await database.rows(webhookRow, `select ${COLUMNS} from webhooks order by created_at`);
  return { webhooks: rows.map(toWebhook) };
}

async function findWebhook(database: Queryable, webhookId: string): Promise<Webhook> {
  const row = z.uuid().safeParse(webhookId).success
    ? await database.row(webhookRow, `select ${COLUMNS} from webhooks where webhook_id = $1`, [webhookId])
    : null;
  if (row === null) throw new ProblemError("not_found", "There is no webhook of this id.");
  return toWebhook(row);
}

/**
 * Adds a webhook. Its secret is in the tenant's secret, and in this answer once.
 *
 * @throws {ProblemError} `invalid_body` for an address that no delivery would ever reach, in a delivery's words
 */
export async function createWebhook(deps: Deps, principal: Principal, input: z.infer<typeof newWebhook>) {
  await deps.webhooks.assertCallable(input.url).catch((error: unknown) => {
    if (!(error instanceof AddressBlocked)) throw error;
    throw new ProblemError("invalid_body", error.message, { errors: [{ path: "url", message: error.message }] });
  });
  const database = await deps.tenants.database(principal.clientId);
  const webhookId = crypto.randomUUID();
  const secret = newSecret();
  await deps.tenants.changeSecret(principal.clientId, (held) => ({
    ...held,
    webhook_secrets: { ...held.webhook_secrets, [webhookId]: { current: secret } },
  }));
  await database.run("insert into webhooks (webhook_id, url, events, created_by) values ($1, $2, $3, $4)", [
    webhookId,
    input.url,
    input.events,
    principalLabel(principal),
  ]);
  await audit(deps, principal, "webhook.created", webhookId, { host: new URL(input.url).host, events: input.events });
  return { ...(await findWebhook(database, webhookId)), secret };
}

/** Gives a webhook a new secret. Deliveries carry the signature of both until the overlap is over. */
export async function rotateWebhookSecret(deps: Deps, principal: Principal, webhookId: string, overlapSeconds: number) {
  const database = await deps.tenants.database(principal.clientId);
  const webhook = await findWebhook(database, webhookId);
  const secret = newSecret();
  await deps.tenants.changeSecret(principal.clientId, (held) => {
    const previous = held.webhook_secrets?.[webhookId]?.current;
    const rotated = { current: secret, ...(previous !== undefined && overlapSeconds > 0 && { previous }) };
    return { ...held, webhook_secrets: { ...held.webhook_secrets, [webhookId]: rotated } };
  });
  await database.run("update webhooks set previous_secret_until = now() + make_interval(secs => $2) where webhook_id = $1", [
    webhookId,
    overlapSeconds,
  ]);
  await audit(deps, principal, "webhook.rotated", webhookId, {
    host: new URL(webhook.url).host,
    overlap_seconds: overlapSeconds,
  });
  return { ...(await findWebhook(database, webhookId)), secret };
}

export async function switchWebhook(deps: Deps, principal: Principal, webhookId: string, isEnabled: boolean): Promise<Webhook> {
  const database = await deps.tenants.database(principal.clientId);
  const { url } = await findWebhook(database, webhookId);
  await database.run("update webhooks set is_enabled = $2 where webhook_id = $1", [webhookId, isEnabled]);
  await audit(deps, principal, isEnabled ? "webhook.enabled" : "webhook.disabled", webhookId, { host: new URL(url).host });
  return findWebhook(database, webhookId);
}

export async function deleteWebhook(deps: Deps, principal: Principal, webhookId: string): Promise<void> {
  const database = await deps.tenants.database(principal.clientId);
  const { url } = await findWebhook(database, webhookId);
  await database.run("delete from webhooks where webhook_id = $1", [webhookId]);
  await database.run(
    "update deliveries set status = 'skipped', last_error = 'The webhook was deleted.', settled_at = now() where target = $1 and status = 'waiting'",
    [webhookId],
  );
  await deps.tenants.changeSecret(principal.clientId, ({ webhook_secrets: { [webhookId]: _, ...rest } = {}, ...held }) => ({
    ...held,
    webhook_secrets: rest,
  }));
  await audit(deps, principal, "webhook.deleted", webhookId, { host: new URL(url).host });
}

/** Lower-case hex HMAC-SHA256 of the raw body. */
const sign = (secret: string, body: string) => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

/**
 * Sends one delivery. While a rotation's overlap lasts, the header of the successor client carries the older secret's signature as a
 * second value, so that a receiver with either secret accepts it.
 */
export async function sendWebhook(
  deps: Pick<VaultDependencies, "tenants" | "webhooks" | "now">,
  clientId: string,
  database: Queryable,
  webhookId: string,
  deliveryId: string,
  body: z.infer<typeof webhookBody>,
): Promise<void> {
  const webhook = await findWebhook(database, webhookId);
  const secretsIn = ({ webhook_secrets }: TenantSecret) => webhook_secrets?.[webhookId];
  const secrets = secretsIn(await deps.tenants.secret(clientId, (secret) => secretsIn(secret) !== undefined));
  if (secrets === undefined) throw new ProblemError("not_found", "The webhook's secret is gone. Rotate it.");
  const raw = JSON.stringify(body);
  const signatures = [
    sign(secrets.current, raw),
    ...(secrets.previous !== undefined && webhook.previous_secret_until !== null ? [sign(secrets.previous, raw)] : []),
  ];
  await deps.webhooks.send(
    webhook.url,
    {
      "content-type": "application/json",
      "user-agent": "Ledgix-Webhooks/1",
      "x-ledgix-signature": signatures[0] ?? "",
      "x-bylaw-signature": signatures[0] ?? "",
      ...(signatures[1] && { "x-ledgix-signature-previous": signatures[1] }),
      "x-ledgix-delivery": deliveryId,
      "x-ledgix-timestamp": String(Math.floor(deps.now().getTime() / 1000)),
    },
    raw,
  );
}

/** What a webhook says of an event: names, ids and outcomes. What an agent sent as arguments stays with the tenant. */
export function webhookData(
  deps: Pick<VaultDependencies, "config">,
  clientId: string,
  event: Happening,
  notice: Notice,
): JsonObject {
  const request = notice.noticeCase?.request;
  if (request === undefined) return event.payload;
  return {
    request_id: request.request_id,
    status: request.status,
    tool_name: request.tool_name,
    agent_id: request.agent_id,
    session_id: request.session_id,
    reason: request.reason,
    reason_code: request.reason_code,
    policy_id: request.policy_id,
    confidence: request.confidence,
    requested_at: request.requested_at.toISOString(),
    decided_by: request.decided_by_label,
    decided_at: request.decided_at?.toISOString() ?? null,
    review_url: consoleUrl(deps, clientId, notice.path),
  };
}
