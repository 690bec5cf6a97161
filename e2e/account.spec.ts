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
  const code = /code: (\d{6})/.exec(mail ?? "")?.[1] ?? "";
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
