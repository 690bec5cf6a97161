import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type SlackPlace, SlackRefused } from "../../adapters/slack.ts";
import type { VaultDependencies } from "../../dependencies.ts";
import type { DueDelivery } from "../deliver.ts";
import { consoleUrl } from "../mail.ts";
import { aboutCase, type Notice, readCase } from "../notice.ts";
import { backoffSeconds } from "../schedule.ts";
import { readInstallation } from "./installation.ts";
import { slackMessage } from "./message.ts";

type Deps = Pick<VaultDependencies, "slack" | "tenants" | "config" | "now" | "log">;
type Delivered = { status: "delivered" | "skipped" | "failed"; detail: string };

/** The tenant's way into Slack, or null where it is not connected. */
export async function slackOf(deps: Pick<VaultDependencies, "slack" | "tenants">, clientId: string, database: Database) {
  const installation = await readInstallation(database);
  if (deps.slack === null || installation === null) return null;
  const { slack_bot_token: token } = await deps.tenants.secret(clientId, (secret) => secret.slack_bot_token !== undefined);
  return token ? { slack: deps.slack, token, installation } : null;
}

/**
 * Tells a channel or a person. A case has one message in each channel, which is updated as the case goes on; what is more than an update
 * (nobody answered, it still waits) is said in its thread.
 */
export async function postNotice(
  deps: Deps,
  clientId: string,
  database: Database,
  delivery: DueDelivery,
  notice: Notice,
): Promise<Delivered> {
  const connection = await slackOf(deps, clientId, database);
  if (connection === null) return { status: "failed", detail: "Slack is not connected." };
  const { slack, token } = connection;
  const channelId = await slack.conversationOf(token, delivery.target);
  const place = delivery.request_id === null ? null : await messageOf(database, delivery.request_id, channelId);
  const isCallForAnswer = delivery.kind === "reminder" || delivery.event_type === "review.escalated";
  if (place !== null && !isCallForAnswer) {
    return { status: "delivered", detail: "The case's message in the channel shows it." }; // by `refreshSlackMessages`
  }
  const version = delivery.request_id === null ? "" : await versionOf(database, delivery.request_id);
  const message = slackMessage(notice, clientId, consoleUrl(deps, clientId, notice.path));
  // The first attempt's answer may have been lost on its way: what did arrive is not posted again.
  const arrived =
    delivery.attempts > 1
      ? await slack.find(token, channelId, delivery.delivery_id, delivery.created_at).catch(ignoreRefusal)
      : null;
  const posted =
    arrived ??
    (await slack.post(token, channelId, message, {
      deliveryId: delivery.delivery_id,
      ...(place !== null && { threadTs: place.ts }),
    }));
  if (delivery.request_id !== null && place === null) {
    await database.run(
      `insert into slack_messages (request_id, channel_id, message_ts, shown_version) values ($1, $2, $3, $4) on conflict do nothing`,
      [delivery.request_id, posted.channelId, posted.ts, version],
    );
  }
  return { status: "delivered", detail: "" };
}

/** A channel whose history the app may not read cannot be searched. */
function ignoreRefusal(error: unknown): null {
  if (error instanceof SlackRefused) return null;
  throw error;
}

async function messageOf(database: Database, requestId: string, channelId: string): Promise<SlackPlace | null> {
  const row = await database.row(
    z.object({ message_ts: z.string() }),
    "select message_ts from slack_messages where request_id = $1 and channel_id = $2",
    [requestId, channelId],
  );
  return row && { channelId, ts: row.message_ts };
}

async function versionOf(database: Database, requestId: string): Promise<string> {
  const row = await database.row(
    z.object({ version: z.string() }),
    "select case_version(r) as version from clearance_requests r where request_id = $1",
    [requestId],
  );
  return row?.version ?? "";
}

const stale = z.object({
  request_id: z.string(),
  channel_id: z.string(),
  message_ts: z.string(),
  version: z.string(),
  attempts: z.number(),
});
const BATCH = 50;
/** Seconds for which a replica has a message to itself. */
const LEASE_SECONDS = 30;

/**
 * Brings every message that shows another state than its case has to the case's state, wherever it changed, and also where the event of
 * the change was lost: the message is a view of the durable record. @returns how many were due
 */
export async function refreshSlackMessages(deps: Deps, clientId: string, database: Database): Promise<number> {
  if (deps.slack === null) return 0;
  const due = await database.rows(
    stale,
    `update slack_messages s set not_before = $2, attempts = s.attempts + 1
     from (select m.request_id, m.channel_id, case_version(r) as version from slack_messages m join clearance_requests r using (request_id)
           where m.shown_version not like '%:final' and m.not_before <= $1 and m.shown_version <> case_version(r)
           limit ${BATCH} for update of m skip locked) as due
     where s.request_id = due.request_id and s.channel_id = due.channel_id
     returning s.request_id, s.channel_id, s.message_ts, s.attempts, due.version`,
    [deps.now(), new Date(deps.now().getTime() + LEASE_SECONDS * 1000)],
  );
  if (due.length === 0) return 0;
  const connection = await slackOf(deps, clientId, database);
  for (const row of due) {
    const noticeCase = await readCase(database, row.request_id);
    if (noticeCase === null) continue;
    const notice = aboutCase("review.pending", noticeCase, {});
    const shown = (version: string) =>
      database.run(
        "update slack_messages set shown_version = $3, not_before = now(), attempts = 0 where request_id = $1 and channel_id = $2",
        [row.request_id, row.channel_id, version],
      );
    try {
      if (connection === null) throw new SlackRefused("not_connected");
      const message = slackMessage(notice, clientId, consoleUrl(deps, clientId, notice.path));
      await connection.slack.update(connection.token, { channelId: row.channel_id, ts: row.message_ts }, message);
      await shown(row.version);
    } catch (error) {
      // A message that was deleted there, or a workspace that is gone, has nothing to show any more.
      if (error instanceof SlackRefused) await shown(`${row.version}:final`);
      else {
        deps.log.error("slack.message_not_updated", error, { request_id: row.request_id });
        const seconds = backoffSeconds(row.attempts, deps.config.VAULT_DELIVERY_RETRY_SECONDS);
        await database.run("update slack_messages set not_before = $3 where request_id = $1 and channel_id = $2", [
          row.request_id,
          row.channel_id,
          new Date(deps.now().getTime() + seconds * 1000),
        ]);
      }
    }
  }
  return due.length;
}
