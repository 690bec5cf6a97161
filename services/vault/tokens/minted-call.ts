import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import type { ClearanceRequest, MintRequest } from "@ledgix/contract/clearance";
import { destinationOf } from "@ledgix/contract/destination";
import type { EvaluateRequest } from "@ledgix/contract/judge";
import type { TenantQueryable } from "@ledgix/tenancy/tenant-database";
import type { Principal } from "../access/principal.ts";
import { textIn, textsIn } from "../clearance/accept.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { OriginalRequest } from "./original.ts";

/** A mint at work, in its transaction. */
export type Minting = {
  deps: VaultDependencies;
  transaction: TenantQueryable;
  principal: Principal;
  original: OriginalRequest;
  call: ClearanceRequest;
  /** What the new request will be called. */
  requestId: string;
};

/** The call that a mint is for: what its body says, the arguments as they came, and the original's words where it says nothing. */
export function mintedCall(original: OriginalRequest, sent: MintRequest): ClearanceRequest {
  const { context = {} } = sent;
  const categories = textsIn(context, "data_categories");
  return {
    tool_name: sent.tool_name,
    tool_args: sent.tool_args ?? {},
    agent_id: sent.agent_id ?? original.agent_id,
    session_id: sent.session_id ?? original.session_id,
    context: sent.context ?? original.context,
    human_principal: sent.human_principal ?? original.human_principal ?? undefined,
    parent_jti: sent.parent_jti ?? original.parent_jti ?? undefined,
    destination_uri: sent.destination_uri ?? original.destination_uri ?? undefined,
    destination_provider: sent.destination_provider ?? original.destination_provider ?? undefined,
    destination_account_ref: sent.destination_account_ref ?? original.destination_account_ref ?? undefined,
    purpose: sent.purpose ?? (textIn(context, "purpose") || (original.purpose ?? undefined)),
    processing_register_ref: sent.processing_register_ref ?? original.processing_register_ref ?? undefined,
    dataset_ref: sent.dataset_ref ?? (textIn(context, "dataset_ref") || (original.dataset_ref ?? undefined)),
    data_categories: sent.data_categories ?? (categories.length > 0 ? categories : original.data_categories),
    client_id: sent.client_id,
  };
}

/** Whether a call says of itself what the original said. Its session may be another one, and so may the trace that its context carries. */
export function saysTheSame(original: OriginalRequest, call: ClearanceRequest): boolean {
  const said = (of: OriginalRequest | ClearanceRequest) => {
    const { telemetry: _trace, ...context } = of.context;
    return hashCanonicalJson([
      context,
      of.human_principal ?? null,
      of.parent_jti ?? null,
      of.destination_uri ?? null,
      of.destination_provider ?? null,
      of.destination_account_ref ?? null,
      of.purpose ?? null,
      of.processing_register_ref ?? null,
      of.dataset_ref ?? null,
      (of.data_categories ?? []).toSorted(),
    ]);
  };
  return said(original) === said(call);
}

/** The call as the judge and the rules are asked about it. */
export function judgedCall(call: ClearanceRequest, clientId: string, requestId: string, at: Date): EvaluateRequest {
  return {
    client_id: clientId,
    request_id: requestId,
    tool_name: call.tool_name,
    tool_args: call.tool_args,
    agent_id: call.agent_id,
    session_id: call.session_id,
    context: call.context,
    ...(call.purpose !== undefined && { purpose: call.purpose }),
    human_principal: call.human_principal ?? null,
    destination: destinationOf(call.destination_uri ?? null, call.destination_provider ?? null),
    data_categories: call.data_categories ?? [],
    at: at.toISOString(),
    is_trial: true,
  };
}
