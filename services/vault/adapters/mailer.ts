export type Mail = {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** RFC 5322 `Message-ID`, with its angle brackets: the same mail sent twice carries the same one. */
  messageId: string;
  /** The first mail of the thread, which mail programs group by. */
  inReplyTo?: string;
  /** For mail that one may unsubscribe from (RFC 2369, RFC 8058). */
  unsubscribeUrl?: string;
};

/** The recipient's server refused this mail for good (a 5xx reply): sending it again will not help. */
export class MailRefused extends Error {
  override name = "MailRefused";
}

/** Where mail goes: an SMTP server in production, the local inbox on the embedded default. */
export interface Mailer {
  /** Resolves when the mail was taken over. @throws {MailRefused} for good; anything else may be tried again */
  send(mail: Mail): Promise<void>;
  close(): Promise<void>;
}
