import { jsonObject } from "@ledgix/contract/json";
import { type NotificationEvent, notificationEvents } from "@ledgix/contract/notifications";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import { describeCall, type Sentence } from "@ledgix/sentence/describe";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import { readReviewSettings } from "../settings/review.ts";

/** What is told by name alone, whatever the routes say: a mention in a comment, and a case that came from somebody who left. */
const personalTypes = ["review.mentioned", "review.assigned"] as const;
type PersonalType = (typeof personalTypes)[number];
/** What can be told to somebody: the routed events, and the personal ones. */
export type NoticeType = NotificationEvent | PersonalType;
export const noticeTypes: readonly string[] = [...Object.keys(notificationEvents), ...personalTypes];
export const isPersonal = (type: NoticeType): type is PersonalType => personalTypes.some((personal) => personal === type);
export const isNoticeType = (type: string): type is NoticeType => noticeTypes.includes(type);

/** Something that happened, as read from the outbox. */
export const happening = z.object({
  id: z.coerce.number(),
  type: z.string(),
  request_id: z.string().nullable(),
  payload: jsonObject,
  created_at: z.date(),
});
export type Happening = z.infer<typeof happening>;
export const HAPPENING_COLUMNS = "id, type, request_id, payload, created_at";

/** The case of a notice as it stands now, with its sentence by the tenant's templates. */
export type NoticeCase = { request: StoredRequest; sentence: Sentence; votes: string[] };

/** What a message says, whatever the channel. */
export type Notice = {
  type: NoticeType;
  requestId: string | null;
  /** One line, for a subject or a list. */
  title: string;
  /** Sentences under it. */
  lines: string[];
  facts: [label: string, value: string][];
  /** Path in the console, below the tenant. */
  path: string;
  pathLabel: string;
  noticeCase: NoticeCase | null;
};

export async function readCase(database: Queryable, requestId: string): Promise<NoticeCase | null> {
  const request = await database.row(storedRequest, `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1`, [
    requestId,
  ]);
  if (request === null) return null;
  const { templates } = await readReviewSettings(database);
  const template = Object.hasOwn(templates, request.tool_name) ? templates[request.tool_name] : undefined;
  const votes = await database.rows(
    z.object({ voter_label: z.string() }),
    "select voter_label from review_votes where request_id = $1 and dropped_because is null order by voted_at",
    [requestId],
  );
  const call = { ...request, is_redacted: request.record === "redacted", is_mismatched: request.record === "mismatched" };
  return { request, sentence: describeCall(call, template), votes: votes.map(({ voter_label }) => voter_label) };
}

/** Puts what happened into words. A case is told as it stands when the message is written, not as it stood when it was planned. */
export async function readNotice(
  database: Queryable,
  event: Pick<Happening, "type" | "request_id" | "payload">,
): Promise<Notice | null> {
  if (!isNoticeType(event.type)) return null;
  if (event.request_id === null) return aboutTheTenant(event.type, event.payload);
  const noticeCase = await readCase(database, event.request_id);
  return noticeCase && aboutCase(event.type, noticeCase, event.payload);
}

export function aboutCase(type: NoticeType, noticeCase: NoticeCase, payload: Happening["payload"]): Notice {
  const { request, sentence } = noticeCase;
  const says = `${sentence.agent} ${sentence.text}`;
  const lead: Partial<Record<NoticeType, string>> = {
    "review.escalated": "Nobody answered in time",
    "review.decided": request.status === "approved" ? "Approved" : "Denied",
    "review.expired": "Denied unanswered",
    "clearance.denied": "Denied by policy",
    "review.mentioned": `${text(payload.author)} names you`,
    "review.assigned": "Yours now",
  };
  return {
    type,
    requestId: request.request_id,
    title: lead[type] ? `${lead[type]}: ${says}` : says,
    lines: linesOf(type, noticeCase, payload),
    facts: factsOf(noticeCase),
    path: `/reviews/${request.request_id}`,
    pathLabel: request.status === "pending_review" ? "Open the case" : "See the case",
    noticeCase,
  };
}

function linesOf(type: NoticeType, { request, votes }: NoticeCase, payload: Happening["payload"]): string[] {
  if (type === "review.mentioned") return [text(payload.text)];
  if (type === "review.assigned" && request.status === "pending_review")
    return [`${text(payload.from)}, who had it, decides no cases any more.`, request.pause_reason ?? request.reason];
  if (request.status !== "pending_review") {
    const by = request.decided_by_label;
    const outcome = request.status === "approved" ? "Approved" : "Denied";
    return [
      `${outcome}${by ? ` by ${by}` : request.reason_code === "review_expired" ? ", since nobody answered in time" : ""}. ${request.review_reason ?? ""}`.trim(),
    ];
  }
  if (request.record === "mismatched")
    return ["What is stored of this request is not what was asked. It can only be denied; tell whoever runs your Ledgix."];
  return [
    request.pause_reason ?? request.reason,
    ...(votes.length > 0 ? [`${votes.join(" and ")} approved. One more person must.`] : []),
    ...(request.escalated_at ? ["Nobody answered in time, so it has escalated."] : []),
  ];
}

/** "1 of 2", where a case waits for two people. */
function approvalsOf({ request, votes }: NoticeCase): string | null {
  const { approvals } = request.review_rule ?? defaultReviewRule;
  return approvals > 1 && request.status === "pending_review" ? `${votes.length} of ${approvals}` : null;
}

function factsOf(noticeCase: NoticeCase): Notice["facts"] {
  const { request } = noticeCase;
  const facts: [string, string | null][] = [
    ["Tool", request.tool_name],
    ["Asked by", request.principal_label],
    ["On behalf of", request.human_principal],
    ["Goes to", request.destination_provider],
    ["Policy", request.policy_id],
    ["Rule", request.review_rule?.name ?? null],
    ["Approvals", approvalsOf(noticeCase)],
    ["Assigned to", request.assignee],
    ["Answer by", request.due_at?.toUTCString() ?? null],
  ];
  return facts.flatMap(([label, value]) => (value ? [[label, value]] : []));
}

function aboutTheTenant(type: NoticeType, payload: Happening["payload"]): Notice {
  const name = text(payload.name);
  const titles: Partial<Record<NoticeType, string>> = {
    "policy.updated": `${text(payload.title)} has a new version ${text(payload.version)}`,
    "policy.proposed": `The key ${text(payload.by)} wrote ${text(payload.what)}, which waits for a member`,
    "key.created": `The key ${name} is created`,
    "key.revoked": `The key ${name} is revoked`,
    "key.expiring": `The key ${name} expires ${text(payload.when)}`,
    "key.refused": `The key ${name} was refused ${text(payload.times)}`,
    "ledger.anchor_failed": "Checkpoints cannot be anchored",
  };
  const lines: Partial<Record<NoticeType, string[]>> = {
    "policy.proposed": ["It decides nothing until a member has read it and put it in force, or confirmed it."],
    "key.expiring": ["Rotate it before then, or what uses it will be refused."],
    "key.refused": [text(payload.detail)],
    "ledger.anchor_failed": [
      "The anchor store does not take them. Decisions go on and nothing is lost: they are exported in order as soon as it answers.",
    ],
  };
  const facts = ["environment", "prefix", "last_used", "by"].flatMap((field): [string, string][] =>
    payload[field] === undefined || payload[field] === null ? [] : [[labels[field] ?? field, text(payload[field])]],
  );
  const path =
    type === "policy.updated"
      ? `/policies/${encodeURIComponent(text(payload.policy_id))}`
      : type === "policy.proposed"
        ? text(payload.path)
        : type === "ledger.anchor_failed"
          ? "/ledger/checkpoints"
          : "/keys";
  return {
    type,
    requestId: null,
    title: titles[type] ?? type,
    lines: lines[type] ?? [],
    facts,
    path,
    pathLabel: "Open in Ledgix",
    noticeCase: null,
  };
}

const labels: Record<string, string> = { environment: "Environment", prefix: "Key", last_used: "Last used", by: "By" };
const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
