import { expect, test } from "@playwright/test";
import { expectAccessible, inboxUrl, newEmail, password, signUp } from "./support.ts";

test("signing out ends the session, and signing in begins one", async ({ page, context }) => {
  const email = newEmail();
  const tenant = await signUp(page, email);
  const cookies = (await context.cookies()).filter((cookie) => cookie.name.startsWith("ledgix-session-3100"));
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });

  await page.getByRole("button", { name: "Acme: account and tenants" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expectAccessible(page);
  await page.goto(`${tenant}/keys`);
  await expect(page).toHaveURL(/\/sign-in$/);

  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Address and password do not match.")).toBeVisible();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`${tenant}$`));
});

test("a forgotten password is reset with the code from the e-mail", async ({ page }) => {
  const email = newEmail();
  await signUp(page, email);
  await page.context().clearCookies();
  await page.goto("/reset-password");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the code" }).click();
  await expect(page.getByRole("heading", { name: "Enter the code" })).toBeVisible();
  await expectAccessible(page);

  const inbox = await page.context().newPage();
  await inbox.goto(await inboxUrl());
  const mail = await inbox.locator("article", { hasText: email }).first().textContent();
  const code = /code: (\d{8})/.exec(mail ?? "")?.[1] ?? "";
  await inbox.close();

  await page.getByLabel("Code").fill("000000");
  await page.getByLabel("New password").fill("another long password");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText("This code is wrong or has expired.")).toBeVisible();
  await page.getByLabel("Code").fill(code);
  await page.getByLabel("New password").fill("another long password");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByRole("heading", { name: "Get started" })).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("another long password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Get started" })).toBeVisible();
});

test("what is entered wrongly is said in a sentence, and nothing is lost", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByLabel("E-mail").fill("nobody");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Enter an e-mail address")).toBeVisible();
  await page.getByLabel("E-mail").fill(newEmail());
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText("Choose a password of at least 10 characters.")).toBeVisible();
});

test("the link of the reset's mail leads to a new password, and the reset ends what was signed in before", async ({
  page,
  browser,
}) => {
  const email = newEmail();
  const tenant = await signUp(page, email);
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto("/reset-password");
  await elsewhere.getByLabel("E-mail").fill(email);
  await elsewhere.getByRole("button", { name: "Send the code" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Enter the code" })).toBeVisible();
  const inbox = await elsewhere.context().newPage();
  await inbox.goto(await inboxUrl());
  const link = inbox.locator("article", { hasText: email }).first().getByRole("link");
  const address = (await link.getAttribute("href")) ?? "";
  expect(new URL(address).origin).toBe(new URL(page.url()).origin);
  await inbox.close();

  await elsewhere.goto("about:blank");
  await elsewhere.goto(address);
  await expect(elsewhere.getByLabel("Code")).toHaveValue(/^\d{8}$/);
  expect(elsewhere.url()).not.toContain("code");
  await expectAccessible(elsewhere);
  await elsewhere.getByLabel("New password").fill("another long password");
  await elsewhere.getByRole("button", { name: "Set the password" }).click();
  await expect(elsewhere).toHaveURL(new RegExp(`${tenant}$`));

  await page.goto(`${tenant}/keys`);
  await expect(page).toHaveURL(/\/sign-in$/);
  await elsewhere.context().close();
});

test("one's own page lists sessions and ends them; changing the password asks for the current one and ends the others", async ({
  page,
  browser,
}) => {
  const email = newEmail();
  const tenant = await signUp(page, email);
  const enter = async () => {
    const other = await (await browser.newContext()).newPage();
    await other.goto("/sign-in");
    await other.getByLabel("E-mail").fill(email);
    await other.getByLabel("Password").fill(password);
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other).toHaveURL(new RegExp(`${tenant}$`));
    return other;
  };
  const [second, third] = [await enter(), await enter()];
  await page.goto(`${tenant}/settings/account`);
  const sessions = page.getByRole("list", { name: "Sessions" }).getByRole("listitem");
  await expect(sessions).toHaveCount(3);
  await expect(sessions.first()).toContainText("This one");
  await expect(sessions.first()).toContainText(/Chrome on .*127\.0\.0\.1/s);
  await expectAccessible(page);

  await sessions
    .nth(1)
    .getByRole("button", { name: /End the session/ })
    .click();
  await expect(sessions).toHaveCount(2);
  const ended = async (other: typeof page) => {
    await other.goto(`${tenant}/keys`);
    return other.url().endsWith("/sign-in");
  };
  expect([await ended(second), await ended(third)].filter(Boolean)).toHaveLength(1);

  const change = async (current: string, next: string) => {
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password").fill(next);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the password", "another long password");
  await expect(page.getByText("The current password is another one.")).toBeVisible();
  await change(password, "another long password");
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await expect(sessions).toHaveCount(1);
  expect([await ended(second), await ended(third)]).toEqual([true, true]);
  expect(await ended(page)).toBe(false);
  // Supabase Lite offers no second factor, so the page says nothing of one.
  await page.goto(`${tenant}/settings/account`);
  await expect(page.getByRole("heading", { name: "Password" })).toBeVisible();
  await expect(page.getByText("Second factor")).toHaveCount(0);
});

test("passwords are not guessed by the form, in whatever spelling and with whatever header", async ({ page }) => {
  const email = newEmail();
  await signUp(page, email);
  await page.context().clearCookies();
  const attempt = async (address: string, text: string, index: number) => {
    await page.setExtraHTTPHeaders({ "x-forwarded-for": `203.0.113.${index}` });
    await page.goto("/sign-in");
    await page.getByLabel("E-mail").fill(address);
    await page.getByLabel("Password").fill(text);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: /./ })).toBeVisible();
  };
  for (let index = 0; index < 10; index++) await attempt(index % 2 ? email.toUpperCase() : email, "not the password", index);
  await attempt(email, password, 11);
  await expect(page.getByText(/Too many tries\. Try again in .* Or reset your password\./)).toBeVisible();
});
