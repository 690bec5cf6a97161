"use server";

import {
  type ReviewSettingsUpdate,
  type ShownReviewSettings,
  shownReviewSettings,
  type TenantSettings,
  tenantSettings,
} from "@ledgix/contract/settings";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

/** Changes what is sent of the review settings; the rest stays. Vault checks it, and writes the audit event. */
export async function saveReviewSettings(
  clientId: string,
  update: ReviewSettingsUpdate,
): Promise<ActionResult<ShownReviewSettings>> {
  const member = await requireMember(clientId);
  return callVault(member, "/review-settings", shownReviewSettings, json("PUT", update));
}

/** Changes for how many days the delivery log is kept. */
export async function saveRetention(clientId: string, days: number): Promise<ActionResult<TenantSettings>> {
  const member = await requireMember(clientId);
  return callVault(member, "/tenant-settings", tenantSettings, json("PUT", { delivery_retention_days: days }));
}
