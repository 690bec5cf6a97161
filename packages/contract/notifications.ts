import { z } from "zod";
import { environment } from "./environment.ts";
import { jsonObject } from "./json.ts";
import { fewStars, TOO_MANY_STARS } from "./pattern.ts";
import { role } from "./permissions.ts";
import { memberEmail } from "./review-rules.ts";
import { settingsVersion } from "./settings.ts";

export const severities = ["info", "warning", "critical"] as const;
export const severity = z.enum(severities);
export type Severity = z.infer<typeof severity>;

/** What can be told, how grave it is, and whether it is about a case. */
export const notificationEvents = {
  "review.pending": { label: "A request is paused", severity: "warning", isCase: true },
  "review.escalated": { label: "Nobody answered a case in time", severity: "critical", isCase: true },
  "review.decided": { label: "A case is decided", severity: "info", isCase: true },
  "review.expired": { label: "A case is denied, since nobody answered", severity: "warning", isCase: true },
  "clearance.denied": { label: "A policy denied a request", severity: "info", isCase: true },
  "policy.updated": { label: "A policy has a new version", severity: "info", isCase: false },
  "policy.proposed": { label: "What a key wrote waits for a member", severity: "warning", isCase: false },
  "key.created": { label: "A key is created", severity: "info", isCase: false },
  "key.revoked": { label: "A key is revoked", severity: "info", isCase: false },
  "key.expiring": { label: "A key expires soon", severity: "warning", isCase: false },
  "key.refused": { label: "A key was refused", severity: "warning", isCase: false },
  "ledger.anchor_failed": { label: "Checkpoints cannot be anchored", severity: "critical", isCase: false },
} as const satisfies Record<string, { label: string; severity: Severity; isCase: boolean }>;
export const notificationEvent = z.enum(Object.keys(notificationEvents) as [NotificationEvent, ...NotificationEvent[]]);
export type NotificationEvent = keyof typeof notificationEvents;

/** The types that a webhook may ask for. */
export const webhookEvents = [
  "review.pending",
  "review.decided",
  "review.expired",
  "clearance.denied",
  "ledger.anchor_failed",
  "policy.updated",
  "key.created",
  "key.revoked",
] as const satisfies readonly NotificationEvent[];

const text = (max: number) => z.string().trim().min(1).max(max);
/** `HH:MM`, by the tenant's clock. */
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 08:30");
/** Days of the week as ISO 8601 numbers them: 1 is Monday, 7 is Sunday. */
const days = z.array(z.number().int().min(1).max(7)).min(1).max(7);

/** A part of the week. `from` after `to` spans midnight, and belongs to the day on which it begins. */
export const hours = z.object({ days, from: clock, to: clock });
export type Hours = z.infer<typeof hours>;

export const cadences = ["at_once", "hourly", "daily"] as const;

export const slackTarget = z.object({ id: z.string().regex(/^[CGDU][A-Z0-9]{2,}$/), name: text(120) });

/** Which events go where. All parts of `when` that are given must fit; empty lists fit everything. */
export const notificationRoute = z.object({
  id: text(64),
  name: text(120),
  is_enabled: z.boolean().default(true),
  events: z.array(notificationEvent).min(1, "choose at least one event"),
  when: z
    .object({
      tools: z.array(text(256)).max(50).default([]),
      /** Ids of review rules. */
      rules: z.array(text(64)).max(50).default([]),
      environments: z.array(environment).default([]),
      minimum_severity: severity.default("info"),
      hours: hours.nullable().default(null),
    })
    .prefault({}),
  to: z
    .object({
      slack: z.array(slackTarget).max(20).default([]),
      emails: z.array(memberEmail).max(50).default([]),
      roles: z.array(role).default([]),
    })
    .prefault({}),
  /** How e-mail is sent: each by itself, or gathered. Slack and webhooks are told at once. */
  cadence: z.enum(cadences).default("at_once"),
  /** Seconds after which the route is taken, and only where the case still waits; null: at once. */
  after: z
    .number()
    .int()
    .min(60)
    .max(7 * 86_400)
    .nullable()
    .default(null),
});
export type NotificationRoute = z.infer<typeof notificationRoute>;

const isTimeZone = (zone: string) => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
};

const choices = {
  routes: z.array(notificationRoute).max(50),
  /** What is not critical waits until they are over. */
  quiet_hours: hours.nullable(),
  /** IANA name of the clock that hours and digests go by. */
  time_zone: z.string().refine(isTimeZone, "is no time zone, such as Europe/Berlin"),
};
const hasFewStars = ({ when }: z.output<typeof notificationRoute>) => when.tools.every(fewStars);
const tooManyStars = `a tool in \`when\` ${TOO_MANY_STARS}`;
export const storedNotificationSettings = z.object({
  routes: choices.routes.default([]),
  quiet_hours: choices.quiet_hours.default(null),
  time_zone: choices.time_zone.default("UTC"),
});
export type StoredNotificationSettings = z.infer<typeof storedNotificationSettings>;

/** `GET /notification-settings`. */
export const notificationSettings = z.object({
  ...choices,
  version: settingsVersion,
  updated_at: z.string().nullable(),
  updated_by: z.string().nullable(),
  /** What keeps somebody from being told. `route_id` is null where it concerns all of them. */
  warnings: z.array(z.object({ route_id: z.string().nullable(), detail: z.string() })),
  /** Addresses that the mail server refused, or whose owner wants no more of it. */
  unreachable: z.array(
    z.object({ email: z.string(), reason: z.enum(["bounced", "unsubscribed"]), detail: z.string(), at: z.string() }),
  ),
  channels: z.object({ email: z.boolean(), slack: z.boolean() }),
});
export type NotificationSettings = z.infer<typeof notificationSettings>;

/** `PUT /notification-settings`: what is not sent stays as it is. */
export const notificationSettingsUpdate = z
  .object(choices)
  .partial()
  .refine(({ routes }) => (routes ?? []).every(hasFewStars), { error: tooManyStars, path: ["routes"] });
export type NotificationSettingsUpdate = z.infer<typeof notificationSettingsUpdate>;

/** `POST /notification-settings/test` and `/preview`: a route, saved or not, and the event to show. */
export const routeTrial = z.object({ route: notificationRoute.refine(hasFewStars, tooManyStars), event: notificationEvent });
export const routeTestResult = z.object({
  results: z.array(z.object({ channel: z.string(), target: z.string(), ok: z.boolean(), detail: z.string() })),
});
export const routePreview = z.object({
  mail: z.object({ subject: z.string(), text: z.string(), html: z.string() }),
  slack: z.object({ text: z.string(), blocks: z.array(jsonObject) }),
});

export const deliveryChannels = ["slack", "email", "webhook"] as const;
export const deliveryStatuses = ["waiting", "delivered", "failed", "skipped"] as const;

/** One message to one receiver, as the delivery log shows it. */
export const delivery = z.object({
  delivery_id: z.string(),
  event_type: z.string(),
  request_id: z.string().nullable(),
  channel: z.enum(deliveryChannels),
  target: z.string(),
  target_label: z.string(),
  route_name: z.string().nullable(),
  status: z.enum(deliveryStatuses),
  attempts: z.number().int(),
  last_error: z.string().nullable(),
  /** When it is tried next, while it waits. */
  not_before: z.string(),
  created_at: z.string(),
  settled_at: z.string().nullable(),
});
export type Delivery = z.infer<typeof delivery>;
export const deliveryList = z.object({ deliveries: z.array(delivery), next_cursor: z.string().nullable() });

export const webhook = z.object({
  webhook_id: z.string(),
  url: z.string(),
  events: z.array(z.enum(webhookEvents)),
  is_enabled: z.boolean(),
  created_at: z.string(),
  created_by: z.string(),
  /** Until then the secret before the last rotation signs as well. */
  previous_secret_until: z.string().nullable(),
});
export type Webhook = z.infer<typeof webhook>;
export const webhookList = z.object({ webhooks: z.array(webhook) });
export const newWebhook = z.object({
  url: z
    .url({ protocol: /^https?$/, error: "must be an address such as https://example.com/ledgix" })
    .max(2048)
    // An address is shown on screens; a password in it would be too.
    .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), "must not hold a name or password; deliveries are signed instead"),
  events: z.array(z.enum(webhookEvents)).min(1, "choose at least one event"),
});
export const webhookUpdate = z.object({ is_enabled: z.boolean() });
/** The signing secret, shown this once. */
export const webhookSecret = webhook.extend({ secret: z.string() });
/** Seconds for which both secrets sign after a rotation. */
export const webhookRotation = z.object({
  overlap_seconds: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400)
    .default(86_400),
});

/** The body of a webhook delivery. */
export const webhookBody = z.object({
  id: z.string(),
  type: z.enum(webhookEvents),
  created_at: z.string(),
  client_id: z.string(),
  data: jsonObject,
});

/** `GET /slack`. */
export const slackState = z.object({
  /** Whether this Vault has a Slack app at all. */
  is_configured: z.boolean(),
  installation: z
    .object({ team_id: z.string(), team_name: z.string(), installed_by: z.string(), installed_at: z.string() })
    .nullable(),
  /** The caller's own linked identity. */
  identity: z.object({ slack_user_id: z.string(), slack_name: z.string(), linked_at: z.string() }).nullable(),
});
export type SlackState = z.infer<typeof slackState>;
export const slackAuthorize = z.object({
  purpose: z.enum(["install", "link"]),
  redirect_uri: z.url(),
  state: z.string().min(16).max(128),
});
export const slackCode = z.object({ code: z.string().min(1).max(512), redirect_uri: z.url() });
export const slackTargets = z.object({ targets: z.array(slackTarget.extend({ kind: z.enum(["channel", "person"]) })) });

/** `POST /unsubscribe`, without a key: the token is in the mail. */
export const unsubscribe = z.object({ token: z.string().min(40).max(200) });
export const unsubscribed = z.object({ email: z.string(), tenant: z.string() });
/** `POST /notification-settings/reinstate`. */
export const reinstatement = z.object({ email: memberEmail });
