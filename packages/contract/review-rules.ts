import { z } from "zod";
import { role } from "./permissions.ts";

const DAY_SECONDS = 86_400;

const label = z.string().trim().min(1).max(120);
/** A member, by the address that the membership holds. */
export const memberEmail = z.string().trim().toLowerCase().pipe(z.email());
/** A tool's or an agent's name; `*` stands for any characters. */
const pattern = z.string().trim().min(1).max(256);
const seconds = z
  .number()
  .int()
  .min(60)
  .max(30 * DAY_SECONDS);

/** People, by their role or one by one. Nobody named means everybody who may decide. */
export const reviewers = z.object({
  roles: z.array(role).max(4).default([]),
  members: z.array(memberEmail).max(50).default([]),
});
export type Reviewers = z.infer<typeof reviewers>;

export const reasonPolicies = ["optional", "required_to_deny", "required"] as const;

/** Who decides a paused request, how many of them, and by when. The first rule that fits a request is the one for it. */
export const reviewRule = z.object({
  id: z.string().min(1).max(64),
  name: label,
  /** Empty lists fit everything. All parts that are given must fit. */
  when: z
    .object({
      tools: z.array(pattern).max(50).default([]),
      agents: z.array(pattern).max(50).default([]),
      /** `data_categories` or `context.action_category` of the request. */
      categories: z.array(label).max(50).default([]),
      /** Major units. Fits amounts above it; in the currency, where one is named. */
      amount_over: z.number().min(0).nullable().default(null),
      currency: z.string().trim().length(3).toUpperCase().nullable().default(null),
    })
    .prefault({}),
  reviewers: reviewers.prefault({}),
  /** How many different people must approve. One denial denies. */
  approvals: z.union([z.literal(1), z.literal(2)]).default(1),
  reason: z.enum(reasonPolicies).default("optional"),
  /** Approvals are taken in the console alone, not in Slack. */
  console_only: z.boolean().default(false),
  /** In this order, cases are assigned to the first who is not out of office. */
  on_call: z.array(memberEmail).max(50).default([]),
  /** Seconds; null waits for ever. */
  answer_within: seconds.nullable().default(null),
  /** Who may decide as well, and is told, when nobody answered in time. They have as long again. */
  escalate_to: reviewers.nullable().default(null),
  /** What becomes of a case that nobody answered in time, escalation included. */
  when_unanswered: z.enum(["deny", "wait"]).default("wait"),
});
export type ReviewRule = z.infer<typeof reviewRule>;

/** What holds where no rule fits: anybody who may decide, once, with or without a reason, at any time. */
export const defaultReviewRule: ReviewRule = reviewRule.parse({ id: "default", name: "No rule" });
