import { decisionStatus } from "@ledgix/contract/clearance";
import { id } from "@ledgix/contract/id";
import { deliveryChannels, deliveryStatuses } from "@ledgix/contract/notifications";
import { z } from "zod";

const limit = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);
const text = z
  .string()
  .max(256)
  .refine((value) => !value.includes("\0"), "must not contain the character U+0000")
  .optional()
  .transform((value) => value || undefined);
const uuid = id.optional();
const position = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional();
/** Any ISO 8601 time, turned into the form in which `accepted_at` is stored. */
const time = z.iso
  .datetime({ offset: true })
  .optional()
  .transform((value) => value && new Date(value).toISOString());

/** A hundred years: PostgreSQL has no longer intervals to the microsecond by far, and nobody waits for them. */
const MAX_AGE_SECONDS = 100 * 366 * 86_400;

export const waitQuery = z.object({ wait: z.coerce.number().min(0).max(30).default(0) });

export const reviewQuery = z.object({
  status: z.enum(["pending_review", "approved", "denied", "all"]).default("pending_review"),
  tool: text,
  agent: text,
  policy: text,
  principal: text,
  /** A member's address, `me` or `none`. */
  assignee: text,
  /** Seconds since the pause, at least. */
  older_than: z.coerce.number().int().min(0).max(MAX_AGE_SECONDS).optional(),
  amount_min: z.coerce.number().optional(),
  amount_max: z.coerce.number().optional(),
  q: text,
  sort: z.enum(["newest", "oldest"]).default("newest"),
  cursor: z.string().max(512).optional(),
  limit: limit(50, 200),
});

export const searchQuery = z.object({ q: text });

export const deliveryQuery = z.object({
  status: z.enum(deliveryStatuses).optional(),
  channel: z.enum(deliveryChannels).optional(),
  target: text,
  request_id: uuid,
  cursor: position,
  limit: limit(50, 200),
});

export const insightsQuery = z.object({ days: z.coerce.number().int().min(1).max(365).default(30) });

export const toolQuery = z.object({ tool: text });

export const streamQuery = z.object({
  last_event_id: z.coerce
    .number()
    .int()
    .min(0)
    .nullish()
    .transform((value) => value ?? null),
});

const ledgerFilter = {
  from: time,
  to: time,
  tool: text,
  agent: text,
  policy: text,
  version: uuid,
  decision: decisionStatus.optional(),
  asked_by: text,
  reviewer: text,
  channel: text,
  request_id: uuid,
};

export const densityQuery = z.object(ledgerFilter);

export const encryptedQuery = z.object({
  limit: limit(50, 500),
  cursor: position,
  order: z.enum(["newest", "oldest"]).default("newest"),
  ...ledgerFilter,
});

export const ledgerQuery = encryptedQuery.extend({
  view: z.enum(["redacted", "full"]).default("redacted"),
});

export const checkpointQuery = z.object({
  limit: limit(24, 5_000),
  cursor: position,
  strict: z
    .enum(["0", "1"])
    .default("0")
    .transform((value) => value === "1"),
});

export const bundleQuery = z
  .object({ request_id: uuid, event_uuid: uuid })
  .refine((query) => query.request_id ?? query.event_uuid, { error: "or event_uuid is needed", path: ["request_id"] });

export const consistencyQuery = z.object({ from: z.coerce.number().int().min(1), to: z.coerce.number().int().min(1) });
