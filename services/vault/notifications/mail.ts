import { notificationEvents } from "@ledgix/contract/notifications";
import type { Mail } from "../adapters/mailer.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { renderMail } from "./mail-layout.ts";
import { isPersonal, type Notice } from "./notice.ts";

type Deps = Pick<VaultDependencies, "config">;
export type MailContext = {
  clientId: string;
  tenantName: string;
  to: string;
  messageId: string;
  /** Null for mail that one does not unsubscribe from. */
  unsubscribeToken: string | null;
};

/** One notice as one mail. Mails about one case are one thread: each refers to the same first message, whether it was ever sent or not. */
export function noticeMail(deps: Deps, notice: Notice, context: MailContext): Mail {
  const url = consoleUrl(deps, context.clientId, notice.path);
  return {
    ...envelope(deps, context),
    subject: notice.requestId ? threadSubject(notice.requestId) : labelOf(notice),
    ...(notice.requestId && { inReplyTo: `<case-${notice.requestId}@ledgix>` }),
    ...renderMail({
      preview: notice.lines[0] ?? notice.title,
      heading: `${notice.title}.`,
      paragraphs: notice.lines,
      facts: notice.facts,
      ...(url && { action: { label: notice.pathLabel, url } }),
      footer: footerOf(deps, context, "The link only shows the case: nothing is decided by opening it."),
    }),
  };
}

/** Several notices, gathered. */
export function digestMail(deps: Deps, notices: Notice[], context: MailContext): Mail {
  const url = consoleUrl(deps, context.clientId, "/reviews");
  const waiting = notices.filter(({ noticeCase }) => noticeCase?.request.status === "pending_review").length;
  const number = `${notices.length} ${notices.length === 1 ? "notice" : "notices"}`;
  const heading = `${number} from ${context.tenantName}`;
  return {
    ...envelope(deps, context),
    subject: waiting > 0 ? `${number}, ${waiting} still waiting` : number,
    ...renderMail({
      preview: notices[0]?.title ?? heading,
      heading,
      paragraphs: [],
      items: notices.map((notice) => {
        const link = consoleUrl(deps, context.clientId, notice.path);
        return { title: `${notice.title}.`, detail: notice.lines[0] ?? "", ...(link && { url: link }) };
      }),
      ...(url && { action: { label: "Open the queue", url } }),
      footer: footerOf(deps, context, ""),
    }),
  };
}

export function consoleUrl({ config }: Deps, clientId: string, path: string): string | null {
  return config.CONSOLE_URL ? new URL(`/${clientId}${path}`, config.CONSOLE_URL).toString() : null;
}

function envelope(
  { config }: Deps,
  { to, messageId, unsubscribeToken }: MailContext,
): Pick<Mail, "to" | "messageId" | "unsubscribeUrl"> {
  return {
    to,
    messageId,
    ...(unsubscribeToken &&
      config.CONSOLE_URL && { unsubscribeUrl: new URL(`/api/unsubscribe/${unsubscribeToken}`, config.CONSOLE_URL).toString() }),
  };
}

function footerOf({ config }: Deps, { tenantName, to, unsubscribeToken }: MailContext, more: string): string {
  const leave =
    unsubscribeToken && config.CONSOLE_URL
      ? `To get no more of these: ${new URL(`/unsubscribe#${unsubscribeToken}`, config.CONSOLE_URL)}`
      : "You get this because it concerns you by name or by your duty.";
  return [`${tenantName} on Ledgix, to ${to}.`, more, leave].filter(Boolean).join(" ");
}

// Nothing that an agent, a member or a tenant wrote stands in a subject, which is read as the product's own words.

/** The subject stays the same through a case, so that mail programs that thread by it do so too. */
const threadSubject = (requestId: string) => `Ledgix case ${requestId.slice(0, 8)}`;

const personalLabels = { "review.mentioned": "A comment names you", "review.assigned": "A case is yours now" };

const labelOf = ({ type }: Notice) => (isPersonal(type) ? personalLabels[type] : notificationEvents[type].label);
