import { expect, test } from "@playwright/test";
import { ask, callVault, createKey, expectAccessible, refund, signUp } from "./support.ts";

test("a reviewer triages by keyboard alone", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const first = await ask(key);
  const second = await ask(key, { ...refund, tool_args: { ...refund.tool_args, amount: 620 } });
  await page.goto(`${tenant}/reviews`);
  await expect(page.getByRole("heading", { name: "Reviews 2 waiting" })).toBeVisible();

  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");

  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(second));
  await expect(page.getByRole("button", { name: "Approve refund" })).toBeVisible();
  await page.keyboard.press("a");
  await expect(page.getByRole("button", { name: "Approve refund" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Approved by");

  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(first));
  await expect(page.getByRole("button", { name: "Deny" })).toBeVisible();
  await page.keyboard.press("d");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Denied by");
  expect((await callVault(key, "GET", `/clearance-status/${first}`)).body).toMatchObject({ status: "denied", token: null });

  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Go to a page").fill("ledger");
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Ledger" })).toBeVisible();

  await page.keyboard.press("g");
  await page.keyboard.press("k");
  await expect(page.getByRole("heading", { name: "Keys", exact: true })).toBeVisible();
});

test("what is new comes by itself, and waits behind a button while the list is in use", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  await page.goto(`${tenant}/reviews`);
  await expect(page.getByText("Nothing waits for you")).toBeVisible();
  await expectAccessible(page);
  const first = await ask(key);
  const rows = page.getByRole("list", { name: "Paused requests" }).getByRole("listitem");
  await expect(rows).toHaveCount(1);

  await rows.first().getByRole("link").click();
  await expect(page.getByRole("button", { name: "Approve refund" })).toBeVisible();
  await ask(key);
  await expect(page.getByRole("button", { name: "1 new" })).toBeVisible();
  await expect(rows).toHaveCount(1);
  await page.getByRole("button", { name: "1 new" }).click();
  await expect(rows).toHaveCount(2);

  // Cancelled by the agent while the reviewer reads: the case says so, and cannot be decided any more.
  await callVault(key, "POST", `/reviews/${first}/decision`, { approved: false });
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Denied by payments-worker");
});

test("a search stays in the address", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  await ask(key);
  await ask(key, { tool_name: "delete_account", tool_args: { user_id: "u_77" }, agent_id: "support-bot" });
  await page.goto(`${tenant}/reviews`);
  // Keys work once the page is hydrated.
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(page.getByLabel("Search the queue")).toBeFocused({ timeout: 500 });
  }).toPass();
  await page.keyboard.type("u_77");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=u_77/);
  const rows = page.getByRole("list", { name: "Paused requests" }).getByRole("listitem");
  await expect(rows).toHaveCount(1);
  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText("Delete user u_77");
});
