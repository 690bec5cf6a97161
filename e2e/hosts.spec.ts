import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import { expect, test } from "@playwright/test";
import { inboxUrl, newEmail, password, signUp } from "./support.ts";

const CONSOLE = 3100;
const ports = { console: CONSOLE, vault: 8100, judge: 8101, supabase: 54421 };

type Answer = { status: number; headers: IncomingHttpHeaders; text: string };

/** Asks as no browser would let a page: with any Host, Origin and Cookie. */
function ask(port: number, path: string, options: RequestOptions = {}, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, path, ...options }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    outgoing.on("error", reject).end(body);
  });
}

for (const [name, port] of Object.entries(ports)) {
  test(`the port of ${name} answers to this machine's names alone`, async () => {
    const path = name === "console" ? "/sign-in" : "/health";
    for (const host of ["evil.example", `evil.example:${port}`, "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"])
      expect([host, (await ask(port, path, { headers: { host } })).status]).toEqual([host, 421]);
    for (const host of ["localhost", `localhost:${port}`, "LOCALHOST", `127.0.0.1:${port}`, `[::1]:${port}`])
      expect([host, (await ask(port, path, { headers: { host } })).status]).not.toEqual([host, 421]);
  });
}

test("the inbox is read by whoever started Ledgix, and its address stands on no page", async () => {
  const path = new URL(await inboxUrl()).pathname;
  expect((await ask(ports.supabase, path)).text).toContain("Local inbox");
  for (const other of ["/inbox", "/inbox/", `${path}x`, path.toUpperCase(), "/inbox/0"])
    expect((await ask(ports.supabase, other)).text).not.toContain("Local inbox");
  expect((await ask(CONSOLE, "/reset-password")).text).not.toContain(path);
});

test("another site's page is refused in words, and the console's own is not, though a proxy drops its port", async ({ page }) => {
  const email = newEmail();
  await signUp(page, email);
  const form = (await ask(CONSOLE, "/sign-in")).text;
  const boundary = "----form";
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)]
    .map(([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"').replaceAll("&amp;", "&")])
    .concat([["email", email], ["password", password]]); // biome-ignore format: one field a pair
  const body = `${fields.map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--${boundary}--\r\n`;
  const send = (headers: Record<string, string>) =>
    ask(
      CONSOLE,
      "/sign-in",
      { method: "POST", headers: { "content-type": `multipart/form-data; boundary=${boundary}`, ...headers } },
      body,
    );
  for (const origin of ["https://evil.example", "null", "http://localhost:9999", "https://localhost:3100", "nonsense"]) {
    const refused = await send({ host: `localhost:${CONSOLE}`, origin });
    expect([origin, refused.status]).toEqual([origin, 403]);
    expect(refused.text).toContain(`the console's address is http://localhost:${CONSOLE}`);
    expect(refused.headers["set-cookie"]).toBeUndefined();
  }
  for (const host of ["localhost", `localhost:${CONSOLE}`]) {
    const taken = await send({ host, origin: `http://localhost:${CONSOLE}` });
    expect([host, taken.status]).toEqual([host, 303]);
    expect(String(taken.headers["set-cookie"])).toContain("ledgix-session");
  }
});

test("signed-in answers are kept nowhere, and malformed cursors and cookies are no fault of the server", async ({ page }) => {
  const tenant = await signUp(page);
  for (const path of ["keys", "members", "audit", "vault/reviews", "vault/ledger"]) {
    const answer = await page.request.get(`/api${tenant}/${path}`);
    expect([path, answer.status(), answer.headers()["cache-control"]]).toEqual([path, 200, "no-store"]);
  }
  for (const cursor of ["abc", "-1", "1.5", "9e99", "1;select"])
    expect([cursor, (await page.request.get(`/api${tenant}/audit?cursor=${encodeURIComponent(cursor)}`)).status()]).toEqual([
      cursor,
      400,
    ]);
  for (const value of ["x", "base64-%%%", "base64-eyJ", "%7B%22", "base64-bnVsbA", '"', "base64-W10"]) {
    const cookie = `ledgix-session-${CONSOLE}=${value}; ledgix-slack=${value}`;
    for (const path of ["/", "/sign-in", `${tenant}/reviews`, `/api${tenant}/keys`, "/api/slack/callback?state=a&code=b"]) {
      const { status } = await ask(CONSOLE, path, { headers: { cookie } });
      expect([value, path, status < 500]).toEqual([value, path, true]);
    }
  }
  const begun = await ask(CONSOLE, "/api/slack/callback?state=a&code=b", { headers: { cookie: "ledgix-slack=x" } });
  expect([begun.status, begun.text]).toEqual([400, expect.stringContaining("Begin again")]);
});
