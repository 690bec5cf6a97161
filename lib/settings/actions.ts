"use server";

import { type ReviewSettings, reviewSettings } from "@ledgix/contract/settings";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

/** Sets the tenant's confidence threshold. */
export async function saveThreshold(clientId: string, score: number): Promise<ActionResult<ReviewSettings>> {
  const member = await requireMember(clientId);
  return callVault(member, "/review-settings", reviewSettings, json("PUT", { minimum_confidence_score: score }));
}
