import { webhookEvents } from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { MailRefused } from "../adapters/mailer.ts";
import { AddressBlocked } from "../adapters/public-http.ts";
import { SlackBusy, SlackRefused } from "../adapters/slack.ts";
import { WebhookRefused } from "../adapters/webhook-sender.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { plainAddress } from "../people/address.ts";
import { mayDecide } from "../people/directory.ts";
import { readMailing } from "../people/mailing.ts";
import { digestMail, noticeMail } from "./mail.ts";
import { HAPPENING_COLUMNS, happening, type Notice, readNotice } from "./notice.ts";
import { mailRecipient, recordBounce, unsubscribeTokenOf } from "./recipients.ts";
import { backoffSeconds } from "./schedule.ts";
import { postNotice } from "./slack/post.ts";
import { sendWebhook, webhookData } from "./webhooks.ts";

/** Messages that one round sends at most. */
const BATCH = 100;
/** Seconds after which another process may try what this one was sending when it died. Longer than any conversation may take. */
const LEASE_SECONDS = 60;

const leaseFrom = (now: Date) => new Date(now.getTime() + LEASE_SECONDS * 1000);

export const dueDelivery = z.object({
  delivery_id: z.string(),
  outbox_id: z.coerce.number().nullable(),
  event_type: z.string(),
  request_id: z.string().nullable(),
  channel: z.enum(["slack", "email", "webhook"]),
  kind: z.enum(["notify", "reminder", "test"]),
  target: z.string(),
  /** Null where it goes to a person by name. */
  route_id: z.string().nullable(),
  cadence: z.enum(["at_once", "hourly", "daily"]),
  is_essential: z.boolean(),
  attempts: z.number(),
  give_up_at: z.date(),
  created_at: z.date(),
});
export type DueDelivery = z.infer<typeof dueDelivery>;
const COLUMNS = Object.keys(dueDelivery.shape)
  .map((column) => `d.${column}`)
  .join(", ");

type Deps = VaultDependencies;
/** What became of an attempt. `skipped`: there is nothing to tell any more, or nobody who wants to know. */
type Outcome =
  | { status: "delivered" | "skipped" | "failed"; detail: string }
  | { status: "waiting"; detail: string; retryInSeconds: number | null };

/**
 * Sends what is due: at least once, and in order for each case and receiver, since a message waits while an earlier one is being sent or
 * tried again. Any number of replicas may run this; a message that a process took when it died is due again after its lease.
 *
 * @returns how many messages were taken
 */
export async function deliverDue(deps: Deps, clientId: string, database: Database): Promise<number> {
  const now = deps.now();
  const due = await database.rows(
    dueDelivery,
    `update deliveries d set not_before = $2, attempts = attempts + 1 where delivery_id in (
       select delivery_id from deliveries c where c.status = 'waiting' and c.not_before <= $1 and not exists (
         select from deliveries e where e.status = 'waiting' and e.channel = c.channel and e.target = c.target and e.request_id = c.request_id
           and e.position < c.position and e.kind = 'notify' and e.cadence = 'at_once' and (e.attempts > 0 or e.not_before <= $1))
       order by c.position limit ${BATCH} for update skip locked)
     returning ${COLUMNS}, d.position`,
    [now, leaseFrom(now)],
  );
  const groups = Object.values(
    Object.groupBy(due, ({ channel, target, cadence }) => `${channel}/${target}/${cadence !== "at_once"}`),
  );
  await Promise.all(groups.map((group) => sendGroup(deps, clientId, database, group ?? [])));
  return due.length;
}

/** One receiver's messages, one after the other; gathered mail as one. */
async function sendGroup(deps: Deps, clientId: string, database: Database, group: DueDelivery[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  if (first.channel === "email" && first.cadence !== "at_once") {
    const outcome = await attempt(deps, database, first, () => sendDigest(deps, clientId, database, group));
    for (const delivery of group) await record(deps, database, delivery, outcome);
    return;
  }
  for (const delivery of group) {
    // The lease was for the whole group; a slow receiver may have used it up before this message's turn.
    if (delivery !== first && !(await renewLease(deps, database, delivery))) continue;
    await record(
      deps,
      database,
      delivery,
      await attempt(deps, database, delivery, () => sendOne(deps, clientId, database, delivery)),
    );
  }
}

/** Holds a message for as long again. False where another process has taken it meanwhile: taking counts an attempt. */
async function renewLease({ now }: Deps, database: Database, { delivery_id, attempts }: DueDelivery): Promise<boolean> {
  const held = await database.run(
    "update deliveries set not_before = $3 where delivery_id = $1 and attempts = $2 and status = 'waiting'",
    [delivery_id, attempts, leaseFrom(now())],
  );
  return held === 1;
}

async function noticeOf(database: Database, delivery: DueDelivery) {
  const event = await database.row(happening, `select ${HAPPENING_COLUMNS} from outbox where id = $1`, [delivery.outbox_id]);
  return { event, notice: event && (await readNotice(database, event)) };
}

async function sendOne(deps: Deps, clientId: string, database: Database, delivery: DueDelivery): Promise<Outcome> {
  const { event, notice } = await noticeOf(database, delivery);
  if (event === null || notice === null) return { status: "skipped", detail: "What it was about is gone." };
  if (delivery.kind === "reminder" && notice.noticeCase?.request.status !== "pending_review")
    return { status: "skipped", detail: "The case was decided before then." };
  switch (delivery.channel) {
    case "email":
      return sendMail(deps, clientId, database, delivery, [notice]);
    case "slack":
      if (await isFormerSlackUser(database, delivery.target)) return { status: "skipped", detail: NOT_A_MEMBER };
      return postNotice(deps, clientId, database, delivery, notice);
    case "webhook":
      await sendWebhook(deps, clientId, database, delivery.target, delivery.delivery_id, {
        id: delivery.delivery_id,
        type: z.enum(webhookEvents).parse(event.type),
        created_at: event.created_at.toISOString(),
        client_id: clientId,
        data: webhookData(deps, clientId, event, notice),
      });
      return { status: "delivered", detail: "" };
  }
}

async function sendDigest(deps: Deps, clientId: string, database: Database, group: DueDelivery[]): Promise<Outcome> {
  const notices: Notice[] = [];
  for (const delivery of group) {
    const { notice } = await noticeOf(database, delivery);
    if (notice) notices.push(notice);
  }
  const [first] = group;
  if (first === undefined || notices.length === 0) return { status: "skipped", detail: "What it was about is gone." };
  return sendMail(deps, clientId, database, first, notices);
}

async function sendMail(
  deps: Deps,
  clientId: string,
  database: Database,
  delivery: DueDelivery,
  notices: Notice[],
): Promise<Outcome> {
  if (deps.mailer === null) return { status: "failed", detail: "No mail server is configured." };
  const left = await whyNotTheirs(deps, clientId, delivery);
  if (left !== null) return { status: "skipped", detail: left };
  const recipient = await mailRecipient(database, delivery.target);
  if (recipient.bounced_at) return { status: "skipped", detail: "The address has bounced." };
  if (recipient.unsubscribed_at && !delivery.is_essential) return { status: "skipped", detail: "The receiver unsubscribed." };
  const tenant = await deps.controlPlane.row(z.object({ name: z.string() }), "select name from public.clients where id = $1", [
    clientId,
  ]);
  const context = {
    clientId,
    tenantName: tenant?.name ?? "Your tenant",
    to: delivery.target,
    messageId: `<${delivery.delivery_id}@ledgix>`,
    unsubscribeToken: delivery.is_essential ? null : unsubscribeTokenOf(clientId, recipient),
  };
  const [notice] = notices;
  const isDigest = delivery.cadence !== "at_once";
  await deps.mailer.send(
    isDigest || notice === undefined ? digestMail(deps, notices, context) : noticeMail(deps, notice, context),
  );
  return { status: "delivered", detail: "" };
}

const NOT_A_MEMBER = "The receiver is not a member any more.";

/** Whoever left since it was planned, or lost the role that it concerned, is not told. */
async function whyNotTheirs(
  deps: Deps,
  clientId: string,
  { target, route_id, kind, event_type }: DueDelivery,
): Promise<string | null> {
  const { people, former } = await readMailing(deps, clientId);
  const person = people.find(({ email }) => email === plainAddress(target));
  const isByName = route_id === null && kind !== "test";
  if (person === undefined) return isByName || former.has(plainAddress(target)) ? NOT_A_MEMBER : null;
  if (isByName && event_type !== "review.mentioned" && !mayDecide(person)) return "The receiver does not decide cases any more.";
  return null;
}

async function isFormerSlackUser(database: Database, slackUserId: string): Promise<boolean> {
  const found = await database.row(
    z.object({}),
    "select from slack_identities where slack_user_id = $1 and ended_at is not null",
    [slackUserId],
  );
  return found !== null;
}

/** Runs an attempt and says what its failure means. What is thrown here is what a channel says of itself, never content. */
async function attempt(deps: Deps, database: Database, delivery: DueDelivery, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MailRefused) {
      await recordBounce(database, delivery.target, error.message);
      return { status: "failed", detail: error.message };
    }
    if (error instanceof SlackRefused) return { status: "failed", detail: error.message };
    if (error instanceof SlackBusy) return { status: "waiting", detail: error.message, retryInSeconds: error.retryAfterSeconds };
    if (error instanceof WebhookRefused) return { status: "waiting", detail: error.message, retryInSeconds: null };
    if (error instanceof ProblemError && error.code === "control_plane_unavailable")
      return { status: "waiting", detail: error.message, retryInSeconds: null };
    if (error instanceof ProblemError) return { status: "failed", detail: error.message };
    deps.log.error("delivery.attempt_failed", error, { delivery_id: delivery.delivery_id, channel: delivery.channel });
    return { status: "waiting", detail: describeFailure(error), retryInSeconds: null };
  }
}

/** A code such as ECONNREFUSED says enough; messages of libraries may quote content. */
function describeFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (error instanceof AddressBlocked) return error.message;
  const code = [error, cause].map((each) => (each instanceof Error && "code" in each ? String(each.code) : "")).find(Boolean);
  const words: Record<string, string> = {
    ECONNREFUSED: "The server refuses connections.",
    ENOTFOUND: "The server's name is not known.",
    ETIMEDOUT: "The server did not answer in time.",
    ECONNRESET: "The connection was cut.",
    EAUTH: "The mail server refused the login.",
    ESOCKET: "The mail server cannot be reached.",
    ECONNECTION: "The mail server cannot be reached.",
  };
  if (error instanceof Error && error.name === "TimeoutError") return words.ETIMEDOUT ?? "";
  return words[code ?? ""] ?? `It could not be reached${code ? ` (${code})` : ""}.`;
}

async function record(deps: Deps, database: Database, delivery: DueDelivery, outcome: Outcome): Promise<void> {
  deps.metrics.deliveries.inc({
    channel: delivery.channel,
    outcome: outcome.status === "waiting" ? "failed_once" : outcome.status,
  });
  const now = deps.now();
  const retryIn =
    outcome.status === "waiting"
      ? (outcome.retryInSeconds ?? backoffSeconds(delivery.attempts, deps.config.VAULT_DELIVERY_RETRY_SECONDS))
      : 0;
  const next = new Date(now.getTime() + retryIn * 1000);
  const isGivenUp = outcome.status === "waiting" && next > delivery.give_up_at;
  const status = isGivenUp ? "failed" : outcome.status;
  await database.transaction(async (transaction) => {
    await transaction.run(
      `update deliveries set status = $2, last_error = $3, not_before = $4, settled_at = case when $2 = 'waiting' then null else $5::timestamptz end
       where delivery_id = $1 and status = 'waiting'`,
      [delivery.delivery_id, status, outcome.detail || null, next, now],
    );
    await transaction.run(
      "insert into delivery_attempts (delivery_id, attempt, outcome, detail) values ($1, $2, $3, $4) on conflict do nothing",
      [delivery.delivery_id, delivery.attempts, outcome.status === "waiting" ? "failed" : outcome.status, outcome.detail],
    );
  });
}

/** When the next message is due that waits for its time, or for another attempt. */
export async function nextDue(database: Database): Promise<Date | null> {
  const row = await database.row(
    z.object({ due: z.date().nullable() }),
    `select least((select min(not_before) from deliveries where status = 'waiting'),
       (select min(m.not_before) from slack_messages m join clearance_requests r using (request_id)
        where m.shown_version not like '%:final' and m.shown_version <> case_version(r))) as due`,
  );
  return row?.due ?? null;
}
