import { expect, type Page, test } from "@playwright/test";
import { ask, callVault, createKey, expectAccessible, expectNoSidewaysScroll, refund, signUp, writeRules } from "./support.ts";

const line = (page: Page, title: string) =>
  page.getByRole("list", { name: "Go-live checklist" }).getByRole("listitem").filter({ hasText: title });

test("the go-live page measures each line, and each leads to its mend", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const rules = "Approve when amount is at most 100.\nPause when amount is over 100.";
  await writeRules(page, tenant, { name: "Refunds", tools: "stripe_refund", rules });
  const id = await ask(key);
  await ask(key, { tool_name: "payout", tool_args: { amount: 5 }, agent_id: "payments-agent" });
  await page.goto(`${tenant}/reviews/${id}`);
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Denied by");

  await page.goto(tenant);
  await expect(page.getByRole("heading", { name: "Go-live" })).toBeVisible();
  await expect(line(page, "Every guarded tool has a policy")).toContainText("Without a policy: payout.");
  await expect(line(page, "Somebody is told")).toContainText("Left at the default");
  await expect(line(page, "The threshold is a decision")).toContainText("Left at the default of 0.80");
  await expect(line(page, "One approved and one blocked")).toContainText("Nothing was approved yet.");
  await expect(line(page, "Reviewers are there")).toContainText("One person decides everything.");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  await ask(key, { ...refund, tool_args: { amount: 5, currency: "usd" } });
  await expect(line(page, "One approved and one blocked")).toContainText("In place");
  await line(page, "Somebody is told").getByRole("link").click();
  await page.getByRole("button", { name: "Mail everybody who decides" }).click();
  await expect(page.getByText("Paused requests is saved.")).toBeVisible();
  await page.goto(tenant);
  await expect(line(page, "Somebody is told")).toContainText("1 routes, each reaches somebody.");
});

test("insights add up what was asked, and say it to everybody", async ({ page }) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/insights`);
  await expect(page.getByText("Nothing was asked yet")).toBeVisible();
  await page.goto(tenant);
  const key = await createKey(page);
  for (const amount of [200, 300, 400, 500, 600, 700]) await ask(key, { ...refund, tool_args: { ...refund.tool_args, amount } });
  await page.goto(`${tenant}/insights`);
  await expect(page.getByRole("region", { name: "By tool" })).toContainText("stripe_refund");
  await expect(page.getByRole("list", { name: "Worth a look" })).toContainText("stripe_refund paused 6 times in the newer half");
  await expectAccessible(page);
  await page.getByText("As a table").click();
  await expect(page.getByRole("region", { name: "Requests a day" })).toContainText("6");
  await page.getByLabel("Time", { exact: true }).selectOption("7");
  await expect(page).toHaveURL(/days=7/);
});

test("a suspended tenant stops its keys, and its owner takes it back", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  await page.goto(`${tenant}/settings/tenant`);
  await expectAccessible(page);
  await page.getByLabel("Keep the delivery log for").selectOption("365");
  await expect(page.getByText("The delivery log is kept for 365 days.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Delete tenant" })).toBeDisabled();
  await page.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(page.getByRole("dialog")).toContainText("Every agent of this tenant is refused within seconds");
  await page.getByRole("button", { name: "Suspend tenant" }).click();
  await expect(page.getByRole("heading", { name: "This tenant is suspended" })).toBeVisible();
  await expectAccessible(page);
  await expect.poll(async () => (await callVault(key, "GET", "/ledger")).status, { timeout: 20_000 }).toBe(403);
  await page.getByRole("button", { name: "Resume tenant" }).click();
  await expect(page.getByRole("heading", { name: "Get started" })).toBeVisible();
  await expect.poll(async () => (await callVault(key, "GET", "/ledger")).status, { timeout: 20_000 }).toBe(200);
});
