"use server";

import {
  absences,
  type absenceUpdate,
  type BatchResult,
  batchResult,
  type newSavedView,
  type ReviewCase,
  reviewCase,
  savedViews,
} from "@ledgix/contract/review";
import { z } from "zod";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

// Each is checked by Vault, who acts under the member's own token; what does not fit is refused there with a sentence.

const casePath = (requestId: string) => `/reviews/${z.uuid().parse(requestId)}`;

/** Approves or denies a paused request. Vault checks who may, and keeps the first decision. */
export async function decideCase(
  clientId: string,
  requestId: string,
  approved: boolean,
  reason: string,
): Promise<ActionResult<ReviewCase>> {
  const member = await requireMember(clientId);
  return callVault(member, `${casePath(requestId)}/decision`, reviewCase, json("POST", { approved, review_reason: reason }));
}

/** Decides several cases alike, and says what became of each. */
export async function decideCases(
  clientId: string,
  requestIds: string[],
  approved: boolean,
  reason: string,
): Promise<ActionResult<BatchResult>> {
  const member = await requireMember(clientId);
  const decisions = { request_ids: requestIds, approved, review_reason: reason };
  return callVault(member, "/reviews/decisions", batchResult, json("POST", decisions));
}

export async function assignCase(
  clientId: string,
  requestId: string,
  assignee: string | null,
): Promise<ActionResult<ReviewCase>> {
  const member = await requireMember(clientId);
  return callVault(member, `${casePath(requestId)}/assignment`, reviewCase, json("PUT", { assignee }));
}

export async function commentOnCase(clientId: string, requestId: string, text: string): Promise<ActionResult<ReviewCase>> {
  const member = await requireMember(clientId);
  return callVault(member, `${casePath(requestId)}/comments`, reviewCase, json("POST", { text }));
}

type SavedViews = z.infer<typeof savedViews>;

export async function saveView(clientId: string, view: z.input<typeof newSavedView>): Promise<ActionResult<SavedViews>> {
  const member = await requireMember(clientId);
  return callVault(member, "/review-views", savedViews, json("POST", view));
}

export async function deleteView(clientId: string, viewId: string): Promise<ActionResult<SavedViews>> {
  const member = await requireMember(clientId);
  return callVault(member, `/review-views/${z.uuid().parse(viewId)}`, savedViews, { method: "DELETE" });
}

/** Sets or ends the signed-in member's own absence. */
export async function saveAbsence(
  clientId: string,
  absence: z.input<typeof absenceUpdate>["absence"],
): Promise<ActionResult<z.infer<typeof absences>>> {
  const member = await requireMember(clientId);
  return callVault(member, "/absence", absences, json("PUT", { absence }));
}
