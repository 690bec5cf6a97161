"use server";

import { type ReviewCase, reviewCase, reviewDecision } from "@ledgix/contract/review";
import { z } from "zod";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

/** Approves or denies a paused request. Vault checks who may, and keeps the first decision. */
export async function decideCase(
  clientId: string,
  requestId: string,
  approved: boolean,
  reason: string,
): Promise<ActionResult<ReviewCase>> {
  const member = await requireMember(clientId);
  const decision = reviewDecision.parse({ approved, review_reason: reason });
  return callVault(member, `/reviews/${z.uuid().parse(requestId)}/decision`, reviewCase, json("POST", decision));
}
