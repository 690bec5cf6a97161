import { z } from "zod";

/** `POST /admin/send-invitation`: the token of an invitation that the control plane holds the hash of. */
export const sendInvitationRequest = z.object({ token: z.string().min(20).max(128) });
/** `sent` is false where no mail server is configured: the link must be handed over by the person. */
export const sendInvitationAnswer = z.object({ sent: z.boolean() });
