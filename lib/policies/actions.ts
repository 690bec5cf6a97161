"use server";

import { type Backtest, backtest } from "@ledgix/contract/backtest";
import { confluenceSources, type NewConfluenceSource } from "@ledgix/contract/confluence";
import { type PreviewAnswer, previewAnswer, type TryAnswer, tryAnswer } from "@ledgix/contract/judge";
import {
  caseList,
  type NewDraft,
  type newPolicyCase,
  type PolicyDocument,
  type PolicyTerms,
  type PolicyUpload,
  policyDocument,
  policyList,
  policyTerms,
  policyUpload,
  type TriedCall,
} from "@ledgix/contract/policy";
import { type ConfirmedMapping, confirmedMapping, observedTools, type ToolMapping } from "@ledgix/contract/tool";
import { z } from "zod";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import type { Saved } from "../settings/saved";
import { saveSettings } from "../vault/save-settings";
import { callVault, json } from "../vault/server";

const uploaded = z.union([policyDocument, z.object({ upload: policyUpload })]);

/** Uploads a document. The form holds `file`, `documentName`, `tools` and `draft`. A long one answers while it is still on its way. */
export async function uploadPolicy(
  clientId: string,
  form: FormData,
): Promise<ActionResult<PolicyDocument | { upload: PolicyUpload }>> {
  const member = await requireMember(clientId);
  return callVault(member, "/admin/upload-policy", uploaded, { method: "POST", body: form });
}

/** Keeps a version as a draft. */
export async function writePolicy(clientId: string, policy: NewDraft): Promise<ActionResult<PolicyDocument>> {
  const member = await requireMember(clientId);
  return callVault(member, "/policies", policyDocument, json("POST", policy));
}

const pathOf = (policyId: string, rest: string) => `/policies/${encodeURIComponent(policyId)}/${rest}`;

/** Puts a draft in force: at once, or from a day on. */
export async function activatePolicy(
  clientId: string,
  policyId: string,
  when: { policy_version_id: string; effective_from?: string | null; effective_until?: string | null },
): Promise<ActionResult<PolicyDocument>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, "activate"), policyDocument, json("POST", when));
}

/** Takes a draft away that nobody wants. */
export async function discardDraft(
  clientId: string,
  policyId: string,
  versionId: string,
): Promise<ActionResult<z.output<typeof policyList>>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, `drafts/${versionId}`), policyList, { method: "DELETE" });
}

export async function retirePolicy(clientId: string, policyId: string): Promise<ActionResult<PolicyDocument>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, "retire"), policyDocument, json("POST", {}));
}

export async function rollBackPolicy(
  clientId: string,
  policyId: string,
  versionId: string,
): Promise<ActionResult<PolicyDocument>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, "rollback"), policyDocument, json("POST", { policy_version_id: versionId }));
}

/** Reads rules that are being written, and finds past requests that they would have met. Nothing is kept. */
export async function previewRules(
  clientId: string,
  rules: { rules: string[]; cedar: string; tools: string[] },
): Promise<ActionResult<PreviewAnswer>> {
  const member = await requireMember(clientId);
  return callVault(member, "/policy-preview", previewAnswer, json("POST", rules));
}

/** Judges a call for nothing. */
export async function tryCall(clientId: string, call: TriedCall, versionId: string | null): Promise<ActionResult<TryAnswer>> {
  const member = await requireMember(clientId);
  return callVault(member, "/policy-trial", tryAnswer, json("POST", { call, policy_version_id: versionId }));
}

export async function addCase(
  clientId: string,
  policyId: string,
  policyCase: z.input<typeof newPolicyCase>,
): Promise<ActionResult<z.output<typeof caseList>>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, "cases"), caseList, json("POST", policyCase));
}

export async function removeCase(
  clientId: string,
  policyId: string,
  caseId: string,
): Promise<ActionResult<z.output<typeof caseList>>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, `cases/${caseId}`), caseList, { method: "DELETE" });
}

/** Begins to hold a version against past requests; it goes on by itself. */
export async function startBacktest(
  clientId: string,
  policyId: string,
  asked: { policy_version_id: string; days: number },
): Promise<ActionResult<Backtest>> {
  const member = await requireMember(clientId);
  return callVault(member, pathOf(policyId, "backtests"), backtest, json("POST", asked));
}

export async function confirmMapping(
  clientId: string,
  tool: string,
  mapping: ToolMapping,
  version: string,
): Promise<Saved<z.output<typeof observedTools>, ConfirmedMapping>> {
  const member = await requireMember(clientId);
  const path = `/tools/${encodeURIComponent(tool)}/mapping`;
  return saveSettings(member, path, { answer: observedTools, document: confirmedMapping }, mapping, version);
}

export async function saveTerms(
  clientId: string,
  terms: { phrase: string; meaning: string }[],
  version: string,
): Promise<Saved<PolicyTerms>> {
  const member = await requireMember(clientId);
  return saveSettings(member, "/policy-terms", { answer: policyTerms, document: policyTerms }, { terms }, version);
}

type Sources = z.output<typeof confluenceSources>;

/** Connects a Confluence space or page tree, once it could be read with the token. */
export async function addConfluence(clientId: string, source: NewConfluenceSource): Promise<ActionResult<Sources>> {
  const member = await requireMember(clientId);
  return callVault(member, "/confluence", confluenceSources, json("POST", source));
}

/** Reads what changed in a source, now. */
export async function syncConfluence(clientId: string, sourceId: string): Promise<ActionResult<Sources>> {
  const member = await requireMember(clientId);
  return callVault(member, `/confluence/${encodeURIComponent(sourceId)}/sync`, confluenceSources, json("POST", {}));
}

export async function removeConfluence(clientId: string, sourceId: string): Promise<ActionResult<Sources>> {
  const member = await requireMember(clientId);
  return callVault(member, `/confluence/${encodeURIComponent(sourceId)}`, confluenceSources, { method: "DELETE" });
}
