import { hash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { clearanceStatus } from "./clearance.ts";
import { type JsonObject, jsonObject } from "./json.ts";

/**
 * What a stored call says against the hashes that were made when it arrived: `intact`; `redacted`, where an owner destroyed its content; or
 * `mismatched`, where somebody changed it since.
 */
export type CallRecord = "intact" | "redacted" | "mismatched";

/** The columns of a stored request by which it is compared. Whoever may write there may have put anything in place of the arguments. */
export const recordedColumns = {
  status: clearanceStatus,
  tool_name: z.string(),
  tool_args: z.unknown(),
  tool_args_hash: z.string(),
  intent_hash: z.string(),
  agent_id: z.string(),
  session_id: z.string(),
  consumed_at: z.date().nullable(),
  redacted_at: z.date().nullable(),
};
const recordedRow = z.object(recordedColumns);

/**
 * Compares a stored request with its own hashes, `tool_args_hash` and `intent_hash`. Arguments that do not match are left out, so that nobody
 * is shown them, judges them or decides by them.
 *
 * @example compared(row).record // "mismatched"
 */
export function compared<Row extends z.output<typeof recordedRow>>(
  row: Row,
): Omit<Row, "tool_args"> & { tool_args: JsonObject; record: CallRecord } {
  const args = jsonObject.safeParse(row.tool_args);
  const record = args.success ? recordOf(row, args.data) : "mismatched";
  return { ...row, tool_args: args.success && record === "intact" ? args.data : {}, record };
}

function recordOf(row: z.output<typeof recordedRow>, args: JsonObject): CallRecord {
  const canonical = canonicalOf(args);
  if (canonical === null || hash("sha256", intentOf(row, canonical)) !== row.intent_hash) return "mismatched";
  if (row.redacted_at === null) return `sha256:${hash("sha256", canonical)}` === row.tool_args_hash ? "intact" : "mismatched";
  // Only what is over may be redacted: of what may still be decided or used, emptied columns are no redaction.
  const isOver = row.status === "denied" || (row.status === "approved" && row.consumed_at !== null);
  return isOver && canonical === "{}" && row.tool_args_hash === "" ? "redacted" : "mismatched";
}

/** Null for what is no JSON that an agent could have sent, such as numbers beyond all bounds, or nesting beyond the stack. */
function canonicalOf(args: JsonObject): string | null {
  try {
    return canonicalJson(args);
  } catch {
    return null;
  }
}

/** The canonical JSON of an intent (`hashIntent`), of arguments that are in canonical form already: they may be long. */
function intentOf({ agent_id, session_id, tool_name }: z.output<typeof recordedRow>, toolArgs: string): string {
  const [agent, session, tool] = [agent_id, session_id, tool_name].map((text) => JSON.stringify(text));
  return `{"agent_id":${agent},"session_id":${session},"tool_args":${toolArgs},"tool_name":${tool}}`;
}
