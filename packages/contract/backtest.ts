import { z } from "zod";
import { id } from "./id.ts";
import { verdict } from "./judge.ts";

/** Requests that a draft would treat alike, and unlike what happened. */
export const backtestGroup = z.object({
  tool_name: z.string(),
  /** What policy said then, and what it would say by the draft. */
  was: verdict,
  would_be: verdict,
  reason: z.string(),
  count: z.number().int(),
  /** What people made of those that had been paused. */
  people: z.object({ approved: z.number().int(), denied: z.number().int(), waiting: z.number().int() }),
  examples: z.array(z.object({ request_id: z.string(), sentence: z.string(), at: z.string() })),
});
export type BacktestGroup = z.infer<typeof backtestGroup>;

export const backtestResult = z.object({
  groups: z.array(backtestGroup),
  unchanged: z.number().int().default(0),
  changed: z.number().int().default(0),
});

/** A draft against past requests. `done` of `total` requests; it goes on in the background. */
export const backtest = z.object({
  backtest_id: z.string(),
  policy_id: z.string(),
  policy_version_id: z.string(),
  days: z.number().int(),
  state: z.enum(["running", "done", "failed"]),
  done: z.number().int(),
  total: z.number().int(),
  result: backtestResult,
  reason: z.string().nullable(),
  created_at: z.string(),
  created_by: z.string(),
});
export type Backtest = z.infer<typeof backtest>;
export const backtestList = z.object({ backtests: z.array(backtest) });
export const newBacktest = z.object({ policy_version_id: id, days: z.number().int().min(1).max(365).default(90) });
