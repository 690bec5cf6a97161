"use server";

import { type PolicyDocument, policyDocument, registerPolicyAnswer } from "@ledgix/contract/policy";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

/** Uploads a document. The form holds `file`, `documentName` and `tools`. */
export async function uploadPolicy(clientId: string, form: FormData): Promise<ActionResult<PolicyDocument>> {
  const member = await requireMember(clientId);
  return callVault(member, "/admin/upload-policy", policyDocument, { method: "POST", body: form });
}

export type RulesInput = { policyId: string; description: string; rules: string[]; tools: string[] };

/** Stores a policy of rules. */
export async function registerRules(
  clientId: string,
  input: RulesInput,
): Promise<ActionResult<{ policy_id: string; message: string }>> {
  const member = await requireMember(clientId);
  const body = { policy_id: input.policyId, description: input.description, rules: input.rules, tools: input.tools };
  return callVault(member, "/register-policy", registerPolicyAnswer, json("POST", body));
}
