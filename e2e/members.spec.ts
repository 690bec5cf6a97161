import { type BrowserContext, expect, test } from "@playwright/test";
import { expectAccessible, newEmail, password, signUp, vaultUrl } from "./support.ts";
import { join, linkInMail } from "./support-people.ts";

test("a member is invited by mail, joins, is given another role, and is removed; each act is in the audit trail", async ({
  page,
  browser,
}) => {
  const tenant = await signUp(page);
  const { page: second, email } = await join(browser, page, tenant, "reviewer");
  await page.goto(`${tenant}/settings/members`);
  await expectAccessible(page);
  const line = page.getByRole("list", { name: "Members" }).getByRole("listitem").filter({ hasText: email });
  await expect(line).toBeVisible();

  // A reviewer decides, and manages nothing.
  await second.goto(`${tenant}/settings/members`);
  await expect(second.getByRole("button", { name: "Invite" })).toHaveCount(0);
  await second.goto(`${tenant}/keys`);
  await expect(second.getByRole("button", { name: "Create key" })).toHaveCount(0);
  await second.goto(`${tenant}/settings/audit`);
  await expect(second.getByText("Your role does not.")).toBeVisible();

  await page.getByLabel(`Role of ${email}`).selectOption("compliance");
  await expect(page.getByText(`${email} is compliance now.`)).toBeVisible();
  await page.getByRole("button", { name: `Remove ${email}` }).click();
  await expect(page.getByRole("dialog")).toContainText("They lose access within seconds.");
  await page.getByRole("button", { name: "Remove member" }).click();
  await expect(line).toHaveCount(0);
  expect((await second.goto(`${tenant}/reviews`))?.status()).toBe(404);

  await page.getByRole("button", { name: "Leave this tenant" }).click();
  await page.getByRole("button", { name: "Leave tenant" }).click();
  await expect(page.getByText("A tenant keeps at least one owner.")).toBeVisible();

  await page.goto(`${tenant}/settings/audit`);
  const trail = page.getByRole("list", { name: "Audit trail" });
  for (const act of ["invited", "joined", "changed the role of", "removed"]) await expect(trail).toContainText(act);
  await expectAccessible(page);
  await page.getByLabel("Search the audit trail").fill("member.removed");
  await page.keyboard.press("Enter");
  await expect(trail.getByRole("listitem")).toHaveCount(1);
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  expect((await downloading).suggestedFilename()).toBe("audit-trail.csv");
});

test("an invitation works for its address alone, and not after it is withdrawn", async ({ page, browser }) => {
  const tenant = await signUp(page);
  const invited = newEmail();
  await page.goto(`${tenant}/settings/members`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog").getByLabel("E-mail").fill("nobody");
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByText("Enter an e-mail address")).toBeVisible();
  await page.getByRole("dialog").getByLabel("E-mail").fill(invited);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send invitation" }).click();
  await page.getByRole("button", { name: "Done" }).click();

  const context = await browser.newContext();
  const stranger = await context.newPage();
  await stranger.goto("/sign-up");
  await stranger.getByLabel("E-mail").fill(newEmail());
  await stranger.getByLabel("Password").fill(password);
  await stranger.getByRole("button", { name: "Create account" }).click();
  await expect(stranger.getByRole("heading", { name: "Create your tenant" })).toBeVisible();
  const link = await linkInMail(stranger, invited, "Accept the invitation");
  await stranger.goto(link);
  await expect(stranger.getByText("The invitation is for another address.")).toBeVisible();
  expect(stranger.url()).not.toContain(link.split("#")[1] ?? "#");
  await expectAccessible(stranger);

  await page.getByRole("button", { name: `Withdraw the invitation of ${invited}` }).click();
  await expect(page.getByText(`The invitation of ${invited} is withdrawn.`)).toBeVisible();
  await stranger.goto("/");
  await stranger.goto(link);
  await expect(stranger.getByText("This invitation was used, withdrawn or has expired.")).toBeVisible();
});

test("sessions are listed, and the others are ended", async ({ page, browser }) => {
  const email = newEmail();
  const tenant = await signUp(page, email);
  const other = await (await browser.newContext()).newPage();
  await other.goto("/sign-in");
  await other.getByLabel("E-mail").fill(email);
  await other.getByLabel("Password").fill(password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("heading", { name: "Get started" })).toBeVisible();
  const token = await accessTokenOf(other.context());
  expect(await askVault(token, tenant)).toBe(200);
  await page.goto(`${tenant}/settings/account`);
  const sessions = page.getByRole("list", { name: "Sessions" }).getByRole("listitem");
  await expect(sessions).toHaveCount(2);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("button", { name: "Sign out the others" }).click();
  await expect(sessions).toHaveCount(1);
  // What the other browser holds is worth nothing any more, also to Vault itself, long before it expires.
  await expect.poll(() => askVault(token, tenant)).toBe(401);
  await other.goto(tenant);
  await expect(other.getByRole("button", { name: "Sign in" })).toBeVisible();
});

/** The access token that a browser's session cookie carries. */
async function accessTokenOf(context: BrowserContext): Promise<string> {
  const parts = (await context.cookies()).filter(({ name }) => name.startsWith("ledgix-session"));
  const value = parts
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map((part) => part.value)
    .join("");
  return JSON.parse(Buffer.from(value.replace(/^base64-/, ""), "base64url").toString()).access_token;
}

const askVault = async (token: string, tenant: string) =>
  (await fetch(`${vaultUrl}/reviews`, { headers: { authorization: `Bearer ${token}`, "x-ledgix-client": tenant.slice(1) } }))
    .status;
