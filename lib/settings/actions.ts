"use server";

import {
  type ReviewSettingsUpdate,
  type ShownReviewSettings,
  shownReviewSettings,
  type TenantSettings,
  tenantSettings,
} from "@ledgix/contract/settings";
import { requireMember } from "../session";
import { saveSettings } from "../vault/save-settings";
import type { Saved } from "./saved";

/** Changes what is sent of the review settings; the rest stays. Vault checks it, and writes the audit event. */
export async function saveReviewSettings(
  clientId: string,
  update: ReviewSettingsUpdate,
  version: string,
): Promise<Saved<ShownReviewSettings>> {
  const member = await requireMember(clientId);
  return saveSettings(
    member,
    "/review-settings",
    { answer: shownReviewSettings, document: shownReviewSettings },
    update,
    version,
  );
}

/** Changes for how many days the delivery log is kept. */
export async function saveRetention(clientId: string, days: number, version: string): Promise<Saved<TenantSettings>> {
  const member = await requireMember(clientId);
  const schemas = { answer: tenantSettings, document: tenantSettings };
  return saveSettings(member, "/tenant-settings", schemas, { delivery_retention_days: days }, version);
}
