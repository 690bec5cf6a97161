import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { generate } from "selfsigned";
import { SMTPServer } from "smtp-server";

/** A real SMTP server with STARTTLS and a login, on a certificate of its own. */
export type MailServer = {
  environment: Record<string, string>;
  mails: ParsedMail[];
  mailsTo(address: string): ParsedMail[];
  /** What the server says of this address: an SMTP reply code, such as 550. */
  refuse(address: string, code: number): void;
  accept(address: string): void;
  /** Runs between the arrival of the next mail and the answer that it was taken. */
  beforeTaking(work: (mail: ParsedMail) => Promise<unknown>): void;
  stop(): Promise<void>;
  start(): Promise<void>;
};

export async function startMailServer(directory: string): Promise<MailServer> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  const caFile = join(directory, "mail-ca.pem");
  await writeFile(caFile, cert);
  const password = randomBytes(12).toString("hex");
  const mails: ParsedMail[] = [];
  const refused = new Map<string, number>();
  let beforeNext: ((mail: ParsedMail) => Promise<unknown>) | null = null;
  let port = 0;
  let server: SMTPServer | null = null;

  async function start(): Promise<void> {
    const made = new SMTPServer({
      key,
      cert,
      authMethods: ["PLAIN"],
      onAuth: (auth, _session, done) =>
        auth.username === "ledgix" && auth.password === password
          ? done(null, { user: "ledgix" })
          : done(new Error("Wrong password")),
      onRcptTo({ address }, _session, done) {
        const code = refused.get(address);
        done(code === undefined ? null : Object.assign(new Error("Refused"), { responseCode: code }));
      },
      onData(stream, session, done) {
        if (!session.secure) return done(new Error("Not encrypted"));
        simpleParser(stream).then(
          async (mail) => {
            const work = beforeNext;
            beforeNext = null;
            await work?.(mail);
            mails.push(mail);
            done();
          },
          (error) => done(error),
        );
      },
    });
    made.on("error", () => {});
    await new Promise<void>((resolve) => made.listen(port, "127.0.0.1", resolve));
    const address = made.server.address();
    port = typeof address === "object" && address ? address.port : port;
    server = made;
  }
  await start();

  return {
    get environment() {
      return {
        SMTP_URL: `smtp://ledgix:${password}@localhost:${port}`,
        SMTP_FROM: "Ledgix <ledgix@example.com>",
        SMTP_CA_FILE: caFile,
      };
    },
    mails,
    mailsTo: (address) =>
      mails.filter((mail) => [mail.to].flat().some((to) => to?.value.some((each) => each.address === address))),
    refuse: (address, code) => refused.set(address, code),
    beforeTaking(work) {
      beforeNext = work;
    },
    accept: (address) => void refused.delete(address),
    start,
    stop: () => new Promise((resolve) => (server ? server.close(() => resolve()) : resolve())),
  };
}
