import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent } from "../ledger/append.ts";
import { REQUEST_COLUMNS, storedRequest } from "./stored-request.ts";

/**
 * Approvals that nobody used within their time become denials, each with its ledger event. Asked about one request, this waits for whoever
 * is lapsing it already: the caller must not find it approved afterwards. @returns how many
 */
export async function lapseApprovals(
  deps: Pick<VaultDependencies, "config" | "keys" | "now" | "log">,
  database: TenantDatabase,
  requestId?: string,
): Promise<number> {
  const reason = "The approval was not used in time and has lapsed. Ask for clearance again.";
  return database.transaction(async (transaction) => {
    const lapsed = await transaction.rows(
      storedRequest,
      `update clearance_requests set status = 'denied', reason = $2, reason_code = 'approval_lapsed'
       where request_id in (
         select request_id from clearance_requests
         where status = 'approved' and consumed_at is null and decided_at < $1 and ($3::uuid is null or request_id = $3::uuid)
         order by decided_at limit 100 for update ${requestId === undefined ? "skip locked" : ""})
       returning ${REQUEST_COLUMNS}`,
      [new Date(deps.now().getTime() - deps.config.VAULT_APPROVAL_TTL * 1000), reason, requestId ?? null],
    );
    for (const request of lapsed) {
      await appendEvent(transaction, deps, {
        type: "clearance.lapsed",
        request,
        decisionStatus: "denied",
        reason,
        actor: null,
        channel: "policy",
      });
    }
    return lapsed.length;
  });
}
