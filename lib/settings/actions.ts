"use server";

import { type ReviewSettings, type ReviewSettingsUpdate, reviewSettings } from "@ledgix/contract/settings";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

/** Changes what is sent of the review settings; the rest stays. Vault checks it, and writes the audit event. */
export async function saveReviewSettings(clientId: string, update: ReviewSettingsUpdate): Promise<ActionResult<ReviewSettings>> {
  const member = await requireMember(clientId);
  return callVault(member, "/review-settings", reviewSettings, json("PUT", update));
}
