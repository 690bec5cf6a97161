import { createTransport } from "nodemailer";
import { type Mail, type Mailer, MailRefused } from "./mailer.ts";

/** Milliseconds for each step of a conversation with the server. */
const TIMEOUT_MS = 10_000;

/** Sends through an SMTP server. @param url `smtp://` (STARTTLS where offered) or `smtps://`, with user and password */
export function smtpMailer({ url, from, ca }: { url: string; from: string; ca?: string | undefined }): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const isSecure = protocol === "smtps:";
  const transport = createTransport({
    pool: true,
    maxConnections: 2,
    host: hostname,
    port: Number(port) || (isSecure ? 465 : 587),
    secure: isSecure,
    // A password never travels in the clear.
    requireTLS: !isSecure && username !== "",
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...(ca && { tls: { ca } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ unsubscribeUrl, ...mail }: Mail) {
      try {
        await transport.sendMail({
          ...mail,
          from,
          ...(mail.inReplyTo && { references: [mail.inReplyTo] }),
          headers: {
            "auto-submitted": "auto-generated",
            ...(unsubscribeUrl && { "list-unsubscribe-post": "List-Unsubscribe=One-Click" }), // RFC 8058
          },
          ...(unsubscribeUrl && { list: { unsubscribe: unsubscribeUrl } }),
        });
      } catch (error) {
        const reply = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
        // 5xx on the recipient is for good; on the login it is ours to mend, so it stays in the outbox.
        const isLogin = error instanceof Error && "code" in error && error.code === "EAUTH";
        if (reply >= 500 && !isLogin) throw new MailRefused(`The mail server refused it: ${reply}.`, { cause: error });
        throw error;
      }
    },
    close: async () => transport.close(),
  };
}
