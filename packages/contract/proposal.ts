import { z } from "zod";
import { jsonObject } from "./json.ts";

/** What a key may propose, beside drafts of policies. `subject` is the tool of a mapping, and empty for the rest. */
export const proposalKinds = ["mapping", "terms", "review_settings", "notification_settings", "tenant_settings"] as const;
export const proposalKind = z.enum(proposalKinds);
export type ProposalKind = z.infer<typeof proposalKind>;

/** What a key wrote, as it sent it; a member confirms or discards it. */
export const proposal = z.object({
  proposal_id: z.string(),
  kind: proposalKind,
  subject: z.string(),
  value: jsonObject,
  proposed_at: z.string(),
  proposed_by: z.string(),
});
export type Proposal = z.infer<typeof proposal>;
export const proposalList = z.object({ proposals: z.array(proposal) });
