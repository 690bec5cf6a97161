import { createHash, timingSafeEqual } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mailer } from "@ledgix/vault/adapters/mailer";
import type { EmailDriver } from "@supabase/lite";
import { Hono } from "hono";
import { html } from "hono/html";
import { z } from "zod";

const message = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  sentAt: z.string(),
});
type Message = z.infer<typeof message>;

const SHOWN = 50;

/** Where the inbox is read. Its mail opens accounts, so only who started Ledgix is told. */
export const inboxPath = (token: string) => `/inbox/${token}`;

export const isOfInbox = (request: Request) => new URL(request.url).pathname.startsWith("/inbox/");

/** Mail that the embedded default would send: kept as files, shown on a page, never leaving this machine. */
export function openInbox(
  directory: string,
  token: string,
): { driver: EmailDriver; mailer: Mailer; list(): Promise<Message[]>; page: Hono } {
  async function list(): Promise<Message[]> {
    const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith(".json")).sort();
    const newest = files.reverse().slice(0, SHOWN);
    return Promise.all(newest.map(async (file) => message.parse(JSON.parse(await readFile(join(directory, file), "utf8")))));
  }

  async function keep(mail: Omit<Message, "sentAt">): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const sentAt = new Date().toISOString();
    const file = join(directory, `${sentAt.replaceAll(":", "-")}-${crypto.randomUUID()}.json`);
    await writeFile(file, JSON.stringify({ ...mail, sentAt }), { mode: 0o600 });
  }
  /** What Supabase sends: its codes come as text. */
  const driver: EmailDriver = { send: ({ to, subject, text }) => keep({ to, subject, text }) };
  const mailer: Mailer = {
    send: ({ to, subject, text, html: body }) => keep({ to, subject, text, html: body }),
    close: async () => {},
  };

  const page = new Hono().get("/inbox/:token", async (context) => {
    if (!isSame(context.req.param("token"), token)) return context.notFound();
    const messages = await list();
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
    context.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    return context.html(html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width" />
          <title>Local inbox · Ledgix</title>
          <style>
            :root { color-scheme: light dark }
            body { font: 14px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
            article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 1rem 0 }
            iframe { width: 100%; height: 26rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 8px; background: Canvas }
            pre { white-space: pre-wrap; font: inherit; overflow-wrap: anywhere }
          </style>
        </head>
        <body>
          <h1>Local inbox</h1>
          <p>What Ledgix would have sent by e-mail. Nothing leaves this machine on the embedded default.</p>
          ${messages.length === 0 ? html`<p>No mail yet. Invite a member, or ask for a password reset, to see one.</p>` : ""}
          ${messages.map(
            (mail) => html`<article>
              <h2>${mail.subject}</h2>
              <p>To ${mail.to}, <time datetime="${mail.sentAt}">${mail.sentAt}</time></p>
              ${
                mail.html
                  ? html`<iframe title="${mail.subject}" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${mail.html}"></iframe>`
                  : html`<pre>${linked(mail.text ?? "")}</pre>`
              }
            </article>`,
          )}
        </body>
      </html>`);
  });
  return { driver, mailer, list, page };
}

/** Compared in constant time. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

const ADDRESS = /(https?:\/\/[^\s<>"]+)/;

/** Text with its web addresses as links. Every second part of the split is one. */
const linked = (text: string) =>
  text
    .split(ADDRESS)
    .map((part, index) =>
      index % 2 === 1 ? html`<a href="${part}" target="_blank" rel="noreferrer">${part}</a>` : html`${part}`,
    );
