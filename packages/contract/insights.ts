import { z } from "zod";

const count = z.number().int();

/** One tool, agent or policy: how much it asked for, and what became of it. Times are seconds from the pause to a person's decision. */
export const insightRow = z.object({
  name: z.string(),
  requests: count,
  passed: count,
  denied: count,
  paused: count,
  p50: z.number().nullable(),
  p95: z.number().nullable(),
});
export type InsightRow = z.infer<typeof insightRow>;

/** `GET /insights`. `passed` and `denied` are a policy's decisions, `paused` what a person was asked about. */
export const insights = z.object({
  days: count,
  requests: count,
  passed: count,
  denied: count,
  paused: count,
  /** Of what paused. */
  human_approved: count,
  human_denied: count,
  unanswered: count,
  waiting: count,
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  series: z.array(z.object({ day: z.string(), passed: count, denied: count, paused: count })),
  tools: z.array(insightRow),
  agents: z.array(insightRow),
  policies: z.array(insightRow),
  reviewers: z.array(
    z.object({ name: z.string(), approved: count, denied: count, p50: z.number().nullable(), p95: z.number().nullable() }),
  ),
  /** Tools that paused clearly more often in the newer half of the time than in the older one. */
  rising: z.array(z.object({ tool: z.string(), before: count, after: count })),
  /** Who decided often and never denied. */
  approve_everything: z.array(z.object({ name: z.string(), approved: count })),
});
export type Insights = z.infer<typeof insights>;
