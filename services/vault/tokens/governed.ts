import { DEFAULT_MINIMUM_CONFIDENCE } from "@ledgix/contract/confidence";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { minimumConfidenceSql } from "../settings/review.ts";

/**
 * Holds what governs calls still until the transaction ends. Whoever changes a policy, a term or a mapping writes a row of these tables, which
 * conflicts with `share`: a change that is under way is waited for and then read, and one that comes later waits for this transaction. So does
 * a change of the threshold. Two mints never wait for each other.
 */
export async function holdGoverning(transaction: Queryable): Promise<void> {
  await transaction.run("lock table policy_versions, policy_terms, tool_mappings, settings in share mode");
}

/** The tenant's threshold for a tool, as it is now. */
export async function readThreshold(transaction: Queryable, toolName: string): Promise<number> {
  const row = await transaction.row(
    z.object({ minimum: z.number().nullable() }),
    `select (${minimumConfidenceSql("$1::text")}) as minimum`,
    [toolName],
  );
  return row?.minimum ?? DEFAULT_MINIMUM_CONFIDENCE;
}
