import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { apiKeyInText } from "@ledgix/contract/key-in-text";
import { expect, test } from "@playwright/test";
import { ask, callVault, collectComplaints, createKey, readDataFile, signUp, vaultUrl } from "./support.ts";

// Parts that are read later are added by a script that has the nonce, from the console itself.
const foreign = 'script:not([nonce]):not([src^="/_next/static/"]), img[src=x]';

test("hostile text in every field of a request is inert", async ({ page }) => {
  const complaints = collectComplaints(page);
  const tenant = await signUp(page, undefined, '<img src=x onerror="alert(1)">');
  const key = await createKey(page, "<script>alert(1)</script>");
  page.on("dialog", () => complaints.push("a script ran"));
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\u202e';
  // Names that turn the text around them are refused at the door; arguments may hold anything.
  const named = hostile.replace("\u202e", "");
  const id = await ask(key, {
    tool_name: named,
    tool_args: { [hostile]: hostile, amount: 1, currency: hostile, url: "javascript:alert(1)" },
    agent_id: named,
    session_id: named,
    purpose: named,
    human_principal: named,
    destination_uri: "javascript:alert(1)",
  });
  // What people write, as well as what agents send.
  await page.goto(`${tenant}/settings/rules`);
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByLabel("Name").fill(hostile);
  await page.getByLabel("Tools").fill("*");
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(page.getByRole("list", { name: "Review rules" })).toContainText("<script>");
  await page.goto(`${tenant}/settings/sentences`);
  await page.getByLabel("Reasons to pick from").fill(hostile);
  await page.getByRole("button", { name: "Save reasons" }).click();
  await page.goto(`${tenant}/reviews?q=${encodeURIComponent(hostile)}`);
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Save this view…" }).click();
  await page.getByLabel("Name").fill(hostile);
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.goto(`${tenant}/reviews/${id}`);
  await page.getByRole("textbox", { name: "Comment" }).fill(hostile);
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(page.getByRole("list", { name: "Comments" })).toContainText("<script>");
  await expect(page.getByRole("heading", { level: 1 }).last()).toContainText("<script>alert(1)</script>");
  await page.getByRole("textbox", { name: /reason/i }).fill(hostile);
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Denied by");
  await page.goto(`${tenant}/policies?new=1`);
  const text = `# ${hostile}\n\n[link](javascript:alert(1)) <iframe src="javascript:alert(1)"></iframe>\n\nNever refund over 5 USD. ${hostile}\n`;
  const document = { name: "<img src=x onerror=alert(1)>.md", mimeType: "text/markdown", buffer: Buffer.from(text) };
  await page.locator("input[type=file]").setInputFiles([document]);
  await page.getByRole("button", { name: "Upload policy" }).click();
  await expect(page.getByText("is in force.")).toBeVisible();
  const policy = "policies/img-src-x-onerror-alert-1";
  const views = [
    policy,
    `${policy}?view=tests`,
    `${policy}?view=backtest`,
    `${policy}?view=versions`,
    `${policy}?start=0&end=60`,
    `${policy}/edit`,
  ];
  const policyRooms = ["policies", "policies/try", "policies/coverage", "policies/tools", ...views];
  const rooms = ["", "reviews", `reviews/${id}`, "ledger", "keys", "insights", ...policyRooms];
  const parts = ["", "rules", "sentences", "notifications", "integrations", "members", "audit", "tenant"].map(
    (part) => `settings/${part}`,
  );
  for (const path of [...rooms, ...parts]) {
    await page.goto(`${tenant}/${path}`);
    await expect(page.getByRole("main")).not.toBeEmpty();
    expect(await page.locator(foreign).count()).toBe(0);
  }
  await page.goto(`${tenant}/ledger`);
  await page
    .getByRole("main")
    .getByRole("link", { name: /script/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: "Ledger entry" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("<script>");
  expect(await page.locator(foreign).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("pages carry a strict Content-Security-Policy with a nonce of their own", async ({ page }) => {
  const policies = [];
  for (const _ of [1, 2]) policies.push((await page.goto("/sign-in"))?.headers()["content-security-policy"] ?? "");
  const scripts = policies.map((policy) => /script-src ([^;]+)/.exec(policy)?.[1] ?? "");
  for (const source of scripts) expect(source).toMatch(/^'nonce-[^']+' 'strict-dynamic'$/);
  expect(scripts[0]).not.toBe(scripts[1]);
  expect(policies[0]).toContain("connect-src 'self'");
  expect(policies[0]).toContain("frame-ancestors 'none'");
});

test("a tenant's pages and data are not found for somebody else", async ({ page, browser }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const id = await ask(key);
  const other = await browser.newContext();
  const stranger = await other.newPage();
  const own = await signUp(stranger, undefined, "Other");
  for (const path of ["", "/reviews", `/reviews/${id}`, "/keys", "/ledger", "/policies", "/settings"]) {
    const response = await stranger.goto(tenant + path);
    expect(response?.status()).toBe(404);
    expect(await stranger.content()).not.toContain("cus_123");
  }
  expect((await stranger.request.get(`/api${tenant}/vault/reviews/${id}`)).status()).toBe(404);
  expect((await stranger.request.get(`/api${own}/vault/reviews/${id}`)).status()).toBe(404);
  expect((await stranger.request.get(`/api${own}/vault/admin/anything`)).status()).toBe(404);
  await other.close();
});

test("a key is shown once, and revoking it ends it", async ({ page }) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/keys`);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name").fill("payments-worker");
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const key = (await page.getByTestId("api-key").textContent()) ?? "";
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download .env" }).click();
  expect(await readFile(await (await downloading).path(), "utf8")).toBe(
    `LEDGIX_VAULT_URL=${vaultUrl}\nLEDGIX_VAULT_API_KEY=${key}\n`,
  );
  // The list behind it is read again meanwhile; the key stays until it was stored.
  await expect(page.getByText("Never used")).toBeAttached();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("api-key")).toHaveText(key);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await expect(page.getByText("Never used")).toBeVisible();
  expect(await page.content()).not.toMatch(apiKeyInText);
  await ask(key);
  await page.reload();
  await expect(page.getByText(/^Used/)).toBeVisible();

  await page.getByRole("button", { name: "Revoke payments-worker" }).click();
  await expect(page.getByRole("dialog")).toContainText("It was used");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("revoked", { exact: true })).toBeVisible();
  await expect.poll(async () => (await callVault(key, "GET", "/ledger")).body.code, { timeout: 20_000 }).toBe("api_key_revoked");
});

test("no secret is in what the browser downloads", async () => {
  const { jwtSecret, judgeApiKey } = JSON.parse(await readDataFile("secrets.json"));
  const folder = join(import.meta.dirname, "../.next/static");
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const text = await readFile(join(file.parentPath, file.name), "utf8");
    for (const secret of [jwtSecret, judgeApiKey, "SUPABASE_PUBLISHABLE_KEY", "VAULT_JUDGE_API_KEY", "TENANT_SECRET"])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(apiKeyInText);
  }
});

test("lowering the threshold explains itself before it counts", async ({ page }) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/settings`);
  // A page that is not hydrated yet forgets what is moved.
  await expect(async () => {
    await page.getByLabel("Confidence threshold").fill("0.6");
    await expect(page.locator("output")).toHaveText("0.60", { timeout: 500 });
  }).toPass();
  await page.getByRole("button", { name: "Save threshold" }).click();
  await expect(page.getByRole("dialog")).toContainText("from 0.60 to 0.80");
  await page.getByRole("button", { name: "Lower threshold" }).click();
  await expect(page.getByText("Last changed by")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("status").or(page.locator("output"))).toContainText(["0.60"]);
});
