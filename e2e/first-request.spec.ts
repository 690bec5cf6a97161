import { expect, test } from "@playwright/test";
import {
  ask,
  callVault,
  collectComplaints,
  createKey,
  expectAccessible,
  expectNoSidewaysScroll,
  refund,
  refundPolicy,
  signUp,
} from "./support.ts";

test("from signing up to a decision that the ledger proves", async ({ page }) => {
  const complaints = collectComplaints(page);
  const check = async () => {
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  };

  await page.goto("/sign-up");
  await check();
  const tenant = await signUp(page);
  await check();

  await test.step("create a key, shown once", async () => {
    await page.getByRole("button", { name: "Create key" }).click();
    await check();
    await page.getByRole("button", { name: "Close" }).click();
  });
  const key = await createKey(page);
  expect(key).toMatch(/^sk_development_[0-9A-Za-z]{49}$/);

  await test.step("upload a policy", async () => {
    await page.getByRole("button", { name: "Add policy" }).click();
    await page.locator("input[type=file]").setInputFiles(refundPolicy);
    await page.getByLabel("Tools").fill("stripe_refund");
    await check();
    await page.getByRole("button", { name: "Upload policy" }).click();
    await expect(page.getByText("Refund policy is in force.")).toBeVisible();
    await page.goto(`${tenant}/policies`);
    await expect(page.getByText("indexing…")).toHaveCount(0);
    await check();
    await page.getByRole("link", { name: /Refund policy/ }).click();
    await expect(page.getByRole("heading", { name: "Limits" })).toBeVisible();
    await check();
  });

  await page.goto(tenant);
  const requestId = await ask(key);
  await expect(page.getByText("Decide it")).toBeVisible();
  await expect(page.locator('[aria-current="step"]')).toContainText("Decide it");
  const paused = await callVault(key, "GET", `/clearance-status/${requestId}`);
  expect(paused.body).toMatchObject({ status: "pending_review", token: null });
  expect(paused.body.review_url).toBe(`http://localhost:3100${tenant}/reviews/${requestId}`);

  await test.step("approve it in the queue", async () => {
    await page.getByRole("link", { name: "Open reviews" }).click();
    await check();
    await page.getByRole("list", { name: "Paused requests" }).getByRole("link").click();
    await expect(
      page.getByRole("heading", { name: "payments-agent wants to refund $1,240.00 to customer cus_123." }),
    ).toBeVisible();
    await expect(page.getByText("Refunds above 100 USD are decided by a reviewer.")).toBeVisible();
    await check();
    await page.getByLabel("Reason").fill("Duplicate charge confirmed.");
    await page.getByRole("button", { name: "Approve refund" }).click();
    await expect(page.getByRole("region", { name: "Decision" })).toContainText("Approved by");
    await check();
  });

  await test.step("the agent receives its token, and the tool burns it once", async () => {
    const { body } = await callVault(key, "GET", `/clearance-status/${requestId}`);
    expect(body).toMatchObject({ status: "approved", reason: "Duplicate charge confirmed." });
    const burn = { token: body.token, tool_name: refund.tool_name, tool_args: refund.tool_args };
    expect((await callVault(key, "POST", "/consume-token", burn)).status).toBe(200);
    expect((await callVault(key, "POST", "/consume-token", burn)).status).toBe(409);
  });

  await test.step("the ledger proves all of it, in the browser", async () => {
    await page.goto(`${tenant}/ledger`);
    const entries = page.getByRole("list", { name: "Ledger entries" }).getByRole("link");
    await expect(entries).toHaveCount(3);
    await expect(entries.first()).toContainText("Token used");
    await check();
    for (const position of [0, 1, 2]) {
      await page.goto(`${tenant}/ledger`);
      await entries.nth(position).click();
      await expect(page.getByTestId("verdict")).toHaveText("Verified in your browser");
      await expect(page.getByLabel("failed")).toHaveCount(0);
    }
    await check();
  });

  for (const room of ["keys", "settings"]) {
    await page.goto(`${tenant}/${room}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await check();
  }
  await page.goto(tenant);
  await expect(page.getByRole("heading", { name: "Go-live" })).toBeVisible();
  expect(complaints).toEqual([]);
});
