"use server";

import { proposalList } from "@ledgix/contract/proposal";
import type { z } from "zod";
import type { ActionResult } from "../action-result";
import { requireMember } from "../session";
import { callVault, json } from "../vault/server";

type Proposals = z.output<typeof proposalList>;

/** Makes a key's proposal the member's own change, over the version of the document that they compared it with. */
export async function confirmProposal(
  clientId: string,
  proposalId: string,
  version: string | null,
): Promise<ActionResult<Proposals>> {
  const member = await requireMember(clientId);
  const init = json("POST", {});
  const headers = { ...init.headers, ...(version !== null && { "if-match": `"${version}"` }) };
  return callVault(member, `/proposals/${encodeURIComponent(proposalId)}/confirm`, proposalList, { ...init, headers });
}

/** Takes a key's proposal away. */
export async function discardProposal(clientId: string, proposalId: string): Promise<ActionResult<Proposals>> {
  const member = await requireMember(clientId);
  return callVault(member, `/proposals/${encodeURIComponent(proposalId)}`, proposalList, { method: "DELETE" });
}
