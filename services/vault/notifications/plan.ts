import { type NotificationEvent, notificationEvents, type StoredNotificationSettings } from "@ledgix/contract/notifications";
import { roleMay } from "@ledgix/contract/permissions";
import { type Database, isOutage, type Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { plainAddress } from "../people/address.ts";
import { mayDecide, type Person } from "../people/directory.ts";
import { addressesOfRoute, type Mailing, readMailing } from "../people/mailing.ts";
import { isAskedFor, isEverybody } from "../people/reviewers.ts";
import { routeTakes } from "./match.ts";
import { HAPPENING_COLUMNS, type Happening, happening, isNoticeType, isPersonal, type NoticeType } from "./notice.ts";
import { digestTime, endOf } from "./schedule.ts";
import { storedSettings } from "./settings.ts";

const BATCH = 100;
/** Seconds after which a message is given up. */
export const GIVE_UP_SECONDS = 24 * 3600;

type Deps = Pick<VaultDependencies, "controlPlane" | "config" | "now" | "log">;
type Receiver = {
  channel: "slack" | "email" | "webhook";
  kind: "notify" | "reminder";
  target: string;
  label: string;
  route: { id: string; name: string } | null;
  cadence: "at_once" | "hourly" | "daily";
  isEssential: boolean;
  notBefore: Date;
};

/**
 * Decides who is told of what happened since the last time, once for each event: its deliveries and the mark that it was planned are one
 * transaction, so a crash plans it again or not at all. Two routes to one receiver are one message, the earlier one.
 *
 * @returns how many events were planned; a full batch means that there may be more
 */
export async function planDeliveries(
  deps: Deps,
  clientId: string,
  database: Database,
): Promise<{ planned: number; isFullBatch: boolean }> {
  const mailing = await readMailing(deps, clientId);
  return planBatch(deps, database, mailing).catch(async (error: unknown) => {
    // One of them cannot be planned: it waits its turn apart, and the others go on.
    if (isOutage(error)) throw error;
    return planOneByOne(deps, clientId, database, mailing);
  });
}

async function planBatch(
  deps: Deps,
  database: Database,
  mailing: Mailing,
  only: number | null = null,
): Promise<{ planned: number; isFullBatch: boolean }> {
  return database.transaction(async (transaction) => {
    const events = await transaction.rows(
      happening,
      `select ${HAPPENING_COLUMNS} from outbox where planned_at is null and ($1::bigint is null or id = $1)
       order by id limit ${BATCH} for update skip locked`,
      [only],
    );
    if (events.length === 0) return { planned: 0, isFullBatch: false };
    const settings = await storedSettings(transaction);
    for (const event of events) {
      if (!isNoticeType(event.type)) continue;
      const receivers = await receiversOf(deps, transaction, settings, mailing, event, event.type);
      for (const receiver of receivers.toSorted((a, b) => a.notBefore.getTime() - b.notBefore.getTime()))
        await insertDelivery(transaction, event, receiver);
    }
    await transaction.run("update outbox set planned_at = now() where id = any($1::bigint[])", [events.map(({ id }) => id)]);
    return { planned: events.length, isFullBatch: events.length === BATCH };
  });
}

/** So often an event is tried that cannot be planned; then nobody is told of it, and the log says so. */
const MOST_PLANNED = 5;

/** Plans events one after the other, so that one that fails is alone with it, and is counted until it has failed too often. */
async function planOneByOne(
  deps: Deps,
  clientId: string,
  database: Database,
  mailing: Mailing,
): Promise<{ planned: number; isFullBatch: boolean }> {
  const waiting = await database.rows(
    z.object({ id: z.coerce.number(), planned_times: z.number() }),
    `select id, planned_times from outbox where planned_at is null order by planned_times, id limit ${BATCH}`,
  );
  let planned = 0;
  for (const { id, planned_times } of waiting) {
    try {
      planned += (await planBatch(deps, database, mailing, id)).planned;
    } catch (error) {
      if (isOutage(error)) throw error;
      const isLast = planned_times + 1 >= MOST_PLANNED;
      await database.run(
        "update outbox set planned_times = planned_times + 1, planned_at = case when $2 then now() end where id = $1 and planned_at is null",
        [id, isLast],
      );
      deps.log.error(isLast ? "notifier.event_set_aside" : "notifier.event_not_planned", error, {
        client_id: clientId,
        outbox_id: id,
      });
    }
  }
  return { planned, isFullBatch: false };
}

async function insertDelivery(transaction: Queryable, event: Happening, receiver: Receiver): Promise<void> {
  await transaction.run(
    `insert into deliveries (delivery_id, outbox_id, event_type, request_id, channel, kind, target, target_label, route_id, route_name,
       cadence, is_essential, not_before, give_up_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict do nothing`,
    [
      crypto.randomUUID(),
      event.id,
      event.type,
      event.request_id,
      receiver.channel,
      receiver.kind,
      receiver.target,
      receiver.label,
      receiver.route?.id ?? null,
      receiver.route?.name ?? null,
      receiver.cadence,
      receiver.isEssential,
      receiver.notBefore,
      new Date(receiver.notBefore.getTime() + GIVE_UP_SECONDS * 1000),
    ],
  );
}

async function receiversOf(
  { config, now }: Deps,
  transaction: Queryable,
  settings: StoredNotificationSettings,
  mailing: Mailing,
  event: Happening,
  type: NoticeType,
): Promise<Receiver[]> {
  const request =
    event.request_id === null
      ? null
      : await transaction.row(storedRequest, `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1`, [
          event.request_id,
        ]);
  const personal = [
    ...personalReceivers(type, event, request, mailing.people, now()),
    ...(type === "policy.proposed" ? governingReceivers(mailing.people, settings.time_zone, event.created_at) : []),
  ];
  if (isPersonal(type)) return personal;
  const occasion = { type, at: event.created_at, environment: config.VAULT_ENVIRONMENT, request };
  const routed = settings.routes
    .filter((route) => routeTakes(route, occasion, settings.time_zone))
    .flatMap((route) => routeReceivers(route, type, settings, mailing, event.created_at));
  return [...personal, ...routed, ...(await webhookReceivers(transaction, type, event.created_at))];
}

function routeReceivers(
  route: StoredNotificationSettings["routes"][number],
  type: NotificationEvent,
  settings: StoredNotificationSettings,
  mailing: Mailing,
  at: Date,
): Receiver[] {
  const due = new Date(at.getTime() + (route.after ?? 0) * 1000);
  const isCritical = notificationEvents[type].severity === "critical";
  const quietUntil = settings.quiet_hours && !isCritical ? endOf(settings.quiet_hours, due, settings.time_zone) : due;
  const common = {
    kind: route.after === null ? ("notify" as const) : ("reminder" as const),
    route: { id: route.id, name: route.name },
    isEssential: false,
  };
  return [
    ...route.to.slack.map(
      ({ id, name }): Receiver => ({
        ...common,
        channel: "slack",
        target: id,
        label: name,
        cadence: "at_once",
        notBefore: quietUntil,
      }),
    ),
    ...addressesOfRoute(route, mailing).map(
      (email): Receiver => ({
        ...common,
        channel: "email",
        target: email,
        label: email,
        cadence: route.cadence,
        notBefore: digestTime(route.cadence, quietUntil, settings.time_zone),
      }),
    ),
  ];
}

/** Whoever a case concerns by name is told whatever the routes say, while they are a member: who is named, who it escalates to, who is on duty. */
function personalReceivers(
  type: NoticeType,
  event: Happening,
  request: StoredRequest | null,
  people: readonly Person[],
  now: Date,
): Receiver[] {
  return addressesByName(type, event, request, people).map((email) => ({
    channel: "email",
    kind: "notify",
    target: email,
    label: email,
    route: null,
    cadence: "at_once",
    isEssential: type !== "review.mentioned",
    notBefore: now,
  }));
}

/** Who may put in force what a key wrote hears of it by the hour, whatever the routes say: a pipeline may write often. */
function governingReceivers(people: readonly Person[], timeZone: string, at: Date): Receiver[] {
  return people
    .filter(({ role }) => roleMay(role, "policies:write"))
    .map(({ email }) => ({
      channel: "email",
      kind: "notify",
      target: email,
      label: email,
      route: null,
      cadence: "hourly",
      isEssential: false,
      notBefore: digestTime("hourly", at, timeZone),
    }));
}

function addressesByName(type: NoticeType, event: Happening, request: StoredRequest | null, people: readonly Person[]): string[] {
  const deciders = people.filter(mayDecide);
  const emails = (some: readonly Person[]) => some.map(({ email }) => email);
  if (type === "review.mentioned") {
    const mentions = z.array(z.string()).catch([]).parse(event.payload.mentions).map(plainAddress);
    return emails(people).filter((email) => mentions.includes(email));
  }
  if (type === "review.pending" || type === "review.assigned")
    return emails(deciders).filter((email) => email === (request?.assignee && plainAddress(request.assignee)));
  const rule = request?.review_rule;
  if (type !== "review.escalated" || !rule?.escalate_to) return [];
  const asked = deciders.filter((person) => isAskedFor([rule.escalate_to ?? rule.reviewers], person));
  // Of whom it escalates to nobody remains: it concerns everybody who may decide, and the case says so.
  return emails(asked.length > 0 || isEverybody(rule.escalate_to) ? asked : deciders);
}

async function webhookReceivers(transaction: Queryable, type: NotificationEvent, at: Date): Promise<Receiver[]> {
  const rows = await transaction.rows(
    z.object({ webhook_id: z.string(), url: z.string() }),
    "select webhook_id, url from webhooks where is_enabled and $1 = any(events)",
    [type],
  );
  return rows.map(({ webhook_id, url }) => ({
    channel: "webhook",
    kind: "notify",
    target: webhook_id,
    label: url,
    route: null,
    cadence: "at_once",
    isEssential: true,
    notBefore: at,
  }));
}
