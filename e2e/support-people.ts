import { type Browser, expect, type Page } from "@playwright/test";
import { inboxUrl, newEmail, password } from "./support.ts";

/** A second person: invited by the first one, through the link of the mail, with a browser of their own. */
export async function join(browser: Browser, owner: Page, tenant: string, role: string): Promise<{ page: Page; email: string }> {
  const email = newEmail().replace("owner-", `${role}-`);
  await owner.goto(`${tenant}/settings/members`);
  await owner.getByRole("button", { name: "Invite" }).click();
  await owner.getByRole("dialog").getByLabel("E-mail").fill(email);
  await owner.getByRole("dialog").getByLabel("Role").selectOption(role);
  await owner.getByRole("button", { name: "Send invitation" }).click();
  await expect(owner.getByRole("dialog", { name: "Invitation sent" })).toBeVisible();
  await owner.getByRole("button", { name: "Done" }).click();

  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await linkInMail(page, email, "Accept the invitation"));
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: "Accept the invitation" }).click();
  await expect(page).toHaveURL(new RegExp(`${tenant}/reviews`));
  return { page, email };
}

/** The link behind a button of the newest mail to an address, in the local inbox. */
export async function linkInMail(page: Page, email: string, label: string): Promise<string> {
  const inbox = await page.context().newPage();
  const mail = () => inbox.locator("article", { hasText: email }).first();
  await expect
    .poll(async () => {
      await inbox.goto(await inboxUrl());
      return mail().count();
    })
    .toBeGreaterThan(0);
  const link = mail().frameLocator("iframe").getByRole("link", { name: label });
  const address = await link.getAttribute("href");
  await inbox.close();
  return address ?? "";
}
