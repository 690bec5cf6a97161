import { role } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Database } from "@ledgix/tenancy/database";
import { TenantNotFound } from "@ledgix/tenancy/directory";
import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { Principal } from "../../access/principal.ts";
import type { VaultDependencies } from "../../dependencies.ts";
import { decideReview } from "../../reviews/decide.ts";
import { hindranceOf } from "../../reviews/hindrance.ts";
import { consoleUrl } from "../mail.ts";
import { readCase } from "../notice.ts";
import { slackOf } from "./post.ts";
import { assertSigned, MAX_AGE_SECONDS, type Signed } from "./signed.ts";

const MAX_REASON = 3_000;

const caseReference = z.string().regex(/^[0-9a-f-]{36}:[0-9a-f-]{36}$/);
const person = z.object({ id: z.string() });
const team = z.object({ id: z.string() });
const buttonPressed = z.object({
  type: z.literal("block_actions"),
  user: person,
  team,
  trigger_id: z.string(),
  response_url: z.url(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});
/** Ours, as it was sent to Slack: nothing else may have come into it. */
const modalMeta = z.strictObject({ reference: caseReference, approved: z.boolean() });
const modalSubmitted = z.object({
  type: z.literal("view_submission"),
  user: person,
  team,
  view: z.object({
    id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.strictObject({ reason: z.strictObject({ reason: z.object({ value: z.string().nullish() }) }) }),
    }),
  }),
});
const interaction = z.discriminatedUnion("type", [buttonPressed, modalSubmitted]);

/** What Slack is answered: nothing, or what a modal shows. */
export type InteractionAnswer = Record<string, unknown> | null;

/**
 * `POST /slack/interactions`: a button or a modal of a case's message. Slack's signature is checked over the raw body, within five
 * minutes and once. The person is the member whom they have linked, with that member's rights of this moment, under the same rules as in
 * the console.
 *
 * @throws {ProblemError} `slack_signature_invalid`
 */
export async function takeInteraction(deps: VaultDependencies, rawBody: string, headers: Signed): Promise<InteractionAnswer> {
  assertSigned(deps, rawBody, headers);
  const parsed = interaction.safeParse(JSON.parse(new URLSearchParams(rawBody).get("payload") ?? "null"));
  if (!parsed.success) return null; // other interactions of the app, such as the button that opens a link
  return parsed.data.type === "block_actions"
    ? pressButton(deps, parsed.data, headers.signature)
    : submitModal(deps, parsed.data, headers.signature);
}

/** The tenant of a case's button, where it is connected to the workspace that the interaction comes from. */
async function openCase(deps: VaultDependencies, reference: string, teamId: string, signature: string) {
  const [clientId = "", requestId = ""] = caseReference.parse(reference).split(":");
  const database = await deps.tenants.database(clientId).catch((error: unknown) => {
    if (error instanceof TenantNotFound) return null;
    throw error;
  });
  const connection = database && (await slackOf(deps, clientId, database));
  if (database === null || !connection || connection.installation.team_id !== teamId)
    throw new ProblemError("slack_signature_invalid", "The workspace is not connected to this tenant.");
  const isNew = await database.run("insert into slack_interactions (signature) values ($1) on conflict do nothing", [signature]);
  if (isNew === 0) throw new ProblemError("slack_signature_invalid", "This interaction was taken already.");
  await database.run("delete from slack_interactions where seen_at < now() - make_interval(secs => $1)", [2 * MAX_AGE_SECONDS]);
  return { clientId, requestId, database, ...connection };
}

/** The member whom a Slack user has linked, with their role as it is now; null where nobody has. */
async function memberOf(
  { controlPlane }: Pick<VaultDependencies, "controlPlane">,
  clientId: string,
  database: Database,
  slackUserId: string,
): Promise<Extract<Principal, { kind: "member" }> | null> {
  const linked = await database.row(
    z.object({ user_id: z.string() }),
    "select user_id::text from slack_identities where slack_user_id = $1 and ended_at is null",
    [slackUserId],
  );
  if (linked === null) return null;
  const member = await controlPlane.row(
    z.object({ email: z.string(), role }),
    `select m.email, m.role from public.memberships m join public.clients c on c.id = m.client_id
     where m.client_id = $1 and m.user_id = $2 and c.status <> 'suspended'`,
    [clientId, linked.user_id],
  );
  return member && { kind: "member", clientId, userId: linked.user_id, ...member };
}

async function pressButton(
  deps: VaultDependencies,
  pressed: z.infer<typeof buttonPressed>,
  signature: string,
): Promise<InteractionAnswer> {
  const action = pressed.actions.find(({ action_id }) => action_id === "approve" || action_id === "deny");
  if (action?.value === undefined) return null;
  const { clientId, requestId, database, slack, token } = await openCase(deps, action.value, pressed.team.id, signature);
  const say = (sentence: string) => slack.whisper(pressed.response_url, sentence);
  const principal = await memberOf(deps, clientId, database, pressed.user.id);
  if (principal === null) {
    const url = consoleUrl(deps, clientId, "/settings/account");
    await say(
      `Ledgix does not know who you are here. Link your Slack identity under “You” in the settings, then press again.${url ? ` ${url}` : ""}`,
    );
    return null;
  }
  const noticeCase = await readCase(database, requestId);
  if (noticeCase === null) return null;
  const { request, sentence } = noticeCase;
  if (request.status !== "pending_review") {
    await say(`This is ${request.status} already${request.decided_by_label ? `, by ${request.decided_by_label}` : ""}.`);
    return null;
  }
  const hindrance = await hindranceOf(deps, database, principal, request, "slack");
  if (hindrance) {
    await say(hindrance.message);
    return null;
  }
  const approved = action.action_id === "approve";
  const rule = request.review_rule ?? defaultReviewRule;
  const isReasonNeeded = rule.reason === "required" || (rule.reason === "required_to_deny" && !approved);
  await slack.openModal(
    token,
    pressed.trigger_id,
    reasonModal({ reference: action.value, approved }, `${sentence.agent} ${sentence.text}.`, sentence.noun, isReasonNeeded),
  );
  return null;
}

function reasonModal(meta: z.infer<typeof modalMeta>, says: string, noun: string, isReasonNeeded: boolean): ModalView {
  const verb = meta.approved ? "Approve" : "Deny";
  const plain = (text: string) => ({ type: "plain_text" as const, text, emoji: false });
  return {
    type: "modal",
    callback_id: "decide",
    private_metadata: JSON.stringify(meta),
    title: plain(`${verb} ${noun}`.slice(0, 24)),
    submit: plain(verb),
    close: plain("Back"),
    blocks: [
      { type: "section", text: plain(says.slice(0, 2_000)) },
      {
        type: "input",
        block_id: "reason",
        optional: !isReasonNeeded,
        label: plain("Reason, for the agent and the ledger"),
        element: { type: "plain_text_input", action_id: "reason", multiline: true, max_length: MAX_REASON },
      },
    ],
  };
}

async function submitModal(
  deps: VaultDependencies,
  submitted: z.infer<typeof modalSubmitted>,
  signature: string,
): Promise<InteractionAnswer> {
  const meta = modalMeta.parse(JSON.parse(submitted.view.private_metadata));
  const { clientId, requestId, database } = await openCase(deps, meta.reference, submitted.team.id, signature);
  const refuse = (sentence: string) => ({ response_action: "errors", errors: { reason: sentence } });
  const principal = await memberOf(deps, clientId, database, submitted.user.id);
  if (principal === null) return refuse("Your Slack identity is not linked to a member any more.");
  const decision = { approved: meta.approved, review_reason: submitted.view.state.values.reason.reason.value ?? "" };
  const call = {
    principal: `member:${principal.userId}`,
    key: `slack:${submitted.view.id}`,
    bodyHash: `${requestId}:${meta.approved}`,
  };
  try {
    await decideReview(deps, database, principal, requestId, decision, call, "slack");
  } catch (error) {
    if (error instanceof ProblemError) return refuse(error.message);
    throw error;
  }
  return { response_action: "clear" };
}
