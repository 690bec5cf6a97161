"use server";

import { type Redaction, redaction } from "@ledgix/contract/ledger";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

/** Destroys what a settled request said. Vault checks that an owner asks, and writes the event. */
export async function redactRequest(clientId: string, requestId: string, reason: string): Promise<ActionResult<Redaction>> {
  const member = await requireMember(clientId);
  return callVault(member, "/ledger/redactions", redaction, json("POST", { request_id: requestId, reason }));
}
