import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { ActionsBlockElement, KnownBlock } from "@slack/types";
import type { SlackMessage } from "../../adapters/slack.ts";
import type { Notice, NoticeCase } from "../notice.ts";

/** Slack's own limit of a section is 3,000 characters; escaping may lengthen what is cut here. */
const MAX_TEXT = 2_000;
const MAX_FACTS = 8;

/** Slack's three control characters, so that nothing that an agent sent becomes a mention, a link or markup of ours. */
export function escapeMrkdwn(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Plain text: shown as it is, without mentions, links or markup. */
const plain = (text: string) => ({ type: "plain_text" as const, text: text.slice(0, MAX_TEXT) || " ", emoji: false });

const states = { pending_review: "⏸ Paused", approved: "✅ Approved", denied: "⛔ Denied", processing: "Processing" };

/** A notice as Block Kit. A case that waits has its buttons; one that is decided says by whom. */
export function slackMessage(notice: Notice, clientId: string, url: string | null): SlackMessage {
  const { noticeCase } = notice;
  const heading = noticeCase ? `${noticeCase.sentence.agent} ${noticeCase.sentence.text}.` : `${notice.title}.`;
  const blocks: KnownBlock[] = [
    { type: "section", text: plain(heading) },
    ...notice.lines.filter(Boolean).map((line): KnownBlock => ({ type: "section", text: plain(line) })),
    ...(notice.facts.length > 0
      ? [
          {
            type: "context",
            elements: notice.facts.slice(0, MAX_FACTS).map(([label, value]) => plain(`${label}: ${value}`)),
          } as KnownBlock,
        ]
      : []),
  ];
  if (noticeCase) blocks.unshift({ type: "context", elements: [plain(states[noticeCase.request.status])] });
  const elements = [
    ...(noticeCase ? decisionButtons(noticeCase, clientId) : []),
    ...(url ? [openButton(url, notice.pathLabel)] : []),
  ];
  if (elements.length > 0) blocks.push({ type: "actions", elements });
  return { text: escapeMrkdwn(notice.title), blocks };
}

function decisionButtons({ request, sentence }: NoticeCase, clientId: string): ActionsBlockElement[] {
  const rule = request.review_rule ?? defaultReviewRule;
  if (request.status !== "pending_review" || rule.console_only) return [];
  const value = `${clientId}:${request.request_id}`;
  const approve = {
    action_id: "approve",
    style: "primary",
    text: plain(`Approve ${sentence.noun}`.slice(0, 75)),
    value,
  } as const;
  return [
    ...(request.record === "intact" ? [{ type: "button", ...approve } as const] : []),
    { type: "button", action_id: "deny", style: "danger", text: plain("Deny"), value },
  ];
}

function openButton(url: string, label: string): ActionsBlockElement {
  return { type: "button", action_id: "open", text: plain(label), url };
}
