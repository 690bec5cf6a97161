import { createApiKey } from "@ledgix/contract/api-key";
import { expect, test } from "@playwright/test";
import { ask, callVault, createKey, expectAccessible, signUp, vaultUrl } from "./support.ts";

test("a key rotates: both work for the overlap, and the page says which runtime still uses the old one", async ({ page }) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/keys`);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name").fill("payments-worker");
  await page.getByLabel("Ends").selectOption("90");
  await expectAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const old = (await page.getByTestId("api-key").textContent()) ?? "";
  await page.getByRole("button", { name: "I have stored it" }).click();
  await expect(page.getByText(/^Ends/)).toContainText("in 3 months");
  const asked = await ask(old);

  await page.getByRole("button", { name: "Rotate payments-worker" }).click();
  await page.getByLabel("Overlap").selectOption("24");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Rotate key" }).click();
  const next = (await page.getByTestId("api-key").textContent()) ?? "";
  expect(next).not.toBe(old);
  await page.getByRole("button", { name: "I have stored it" }).click();
  const rows = page.getByRole("list", { name: "Keys" }).getByRole("listitem").filter({ hasText: "payments-worker" });
  await expect(rows.filter({ hasText: "rotated out" })).toContainText("in 24 hours");

  const use = (key: string, runtime: string) =>
    fetch(`${vaultUrl}/clearance-status/${asked}`, { headers: { "x-vault-api-key": key, "user-agent": runtime } });
  expect((await use(old, "billing-cron/7")).status).toBe(200);
  expect((await use(next, "payments-worker/2")).status).toBe(200);
  await expect
    .poll(async () => {
      await page.reload();
      return rows.filter({ hasText: "rotated out" }).textContent();
    })
    .toContain("billing-cron/7");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Revoke payments-worker" }).last().click();
  await expect(page.getByRole("dialog")).toContainText("by billing-cron/7");
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect.poll(async () => (await callVault(old, "GET", "/ledger")).body.code, { timeout: 20_000 }).toBe("api_key_revoked");
  expect((await callVault(next, "GET", "/ledger")).status).toBe(200);
});

test("a key that called the wrong Vault, or has ended, is explained with its mend", async ({ page }) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/keys`);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name").fill("nightly-job");
  await page.getByLabel("Environment").selectOption("production");
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const production = (await page.getByTestId("api-key").textContent()) ?? "";
  await page.getByRole("button", { name: "I have stored it" }).click();
  for (const _ of [1, 2, 3]) {
    const answer = await callVault(production, "GET", "/ledger");
    expect([answer.status, answer.body.code]).toEqual([401, "wrong_environment"]);
  }
  const refused = page.getByRole("list", { name: "Refused keys" });
  await expect
    .poll(async () => {
      await page.reload();
      return refused.textContent({ timeout: 2_000 }).catch(() => "");
    })
    .toContain("A production key, nightly-job, called development 3 times.");
  await expect(refused).toContainText("point LEDGIX_VAULT_URL at the production Vault");
  await expectAccessible(page);
  await page.getByRole("button", { name: "It is mended" }).click();
  await expect(refused).toHaveCount(0);
});

test("a key in the wrong place is refused before it is kept or shown", async ({ page }) => {
  const tenant = await signUp(page);
  const key = createApiKey("production", crypto.getRandomValues(new Uint8Array(32)));
  await page.goto(`${tenant}/keys?new=1`);
  await page.getByLabel("Name").fill(key);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("This holds an API key.")).toBeVisible();
  await page.keyboard.press("Escape");
  const own = await createKey(page);
  const id = await ask(own);
  await page.goto(`${tenant}/reviews/${id}`);
  await page.getByRole("textbox", { name: "Reason" }).fill(`Use ${key}`);
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByText("This holds an API key.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve refund" })).toBeVisible();
});
