import { html, raw } from "hono/html";

export type MailContent = {
  /** The line under the subject that mail programs preview. */
  preview: string;
  heading: string;
  paragraphs: string[];
  facts?: [label: string, value: string][];
  /** A list, each entry with its own link. */
  items?: { title: string; detail: string; url?: string }[];
  /** The one thing to do: a link. */
  action?: { label: string; url: string };
  footer: string;
};

// Mail programs know little CSS: tables for layout, colours inline, and a dark scheme for those that ask.
const STYLE = `
  :root { color-scheme: light dark; supported-color-schemes: light dark }
  @media (prefers-color-scheme: dark) {
    .page { background: #0a0b0c !important } .card { background: #191b1e !important; border-color: #2a2d31 !important }
    .ink { color: #eeeff1 !important } .muted { color: #b0b4bb !important }
    .button { background: #a3b0ff !important; color: #0d1020 !important }
  }`;
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";

/** The same message as HTML and as text. Every value is escaped: what an agent sent is data. */
export function renderMail(content: MailContent): { html: string; text: string } {
  const { preview, heading, paragraphs, facts = [], items = [], action, footer } = content;
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>${heading}</title><style>${raw(STYLE)}</style></head>
<body class="page" style="margin:0;background:#f6f6f7;${FONT}">
<div style="display:none;max-height:0;overflow:hidden">${preview}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="560" cellpadding="0" cellspacing="0" style="max-width:560px;width:100%;background:#ffffff;border:1px solid #e3e3e6;border-radius:8px">
<tr><td style="padding:28px">
<h1 class="ink" style="margin:0 0 12px;font-size:20px;line-height:28px;color:#17181a">${heading}</h1>
${paragraphs.map((paragraph) => html`<p class="ink" style="margin:0 0 12px;font-size:15px;line-height:24px;color:#17181a">${paragraph}</p>`)}
${
  facts.length === 0
    ? ""
    : html`<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px">${facts.map(
        ([label, value]) =>
          html`<tr><td class="muted" valign="top" style="padding:2px 16px 2px 0;font-size:13px;line-height:20px;color:#4d4f56">${label}</td><td class="ink" style="font-size:13px;line-height:20px;color:#17181a;word-break:break-word">${value}</td></tr>`,
      )}</table>`
}
${items.map(
  ({ title, detail, url }) =>
    html`<p class="ink" style="margin:0 0 12px;font-size:15px;line-height:24px;color:#17181a">${
      url ? html`<a class="ink" href="${url}" target="_blank" rel="noreferrer" style="color:#17181a">${title}</a>` : title
    }<br><span class="muted" style="font-size:13px;line-height:20px;color:#4d4f56">${detail}</span></p>`,
)}
${action ? html`<p style="margin:16px 0 0"><a class="button" href="${action.url}" target="_blank" rel="noreferrer" style="display:inline-block;padding:11px 18px;border-radius:6px;background:#3546c8;color:#ffffff;font-size:15px;font-weight:600;text-decoration:none">${action.label}</a></p>` : ""}
</td></tr></table>
<p class="muted" style="max-width:560px;margin:16px auto 0;font-size:12px;line-height:16px;color:#4d4f56">${footer}</p>
</td></tr></table></body></html>`;
  const text = [
    heading,
    ...paragraphs,
    ...(facts.length === 0 ? [] : [facts.map(([label, value]) => `${label}: ${value}`).join("\n")]),
    ...items.map(({ title, detail, url }) =>
      [`* ${title}`, detail && `  ${detail}`, url && `  ${url}`].filter(Boolean).join("\n"),
    ),
    ...(action ? [`${action.label}:\n${action.url}`] : []),
    `-- \n${footer}`,
  ].join("\n\n");
  return { html: String(page), text };
}
