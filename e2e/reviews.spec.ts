import { expect, type Page, test } from "@playwright/test";
import { ask, createKey, expectAccessible, refund, signUp, writeRules } from "./support.ts";
import { join } from "./support-people.ts";

const rows = (page: Page) => page.getByRole("list", { name: "Paused requests" }).getByRole("listitem");
const decision = (page: Page) => page.getByRole("region", { name: "Decision" });

test("the queue is narrowed by filters that stand in the address, and kept as views of one's own or for all", async ({
  page,
  browser,
}) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  for (const amount of [150, 900, 4200]) await ask(key, { ...refund, tool_args: { ...refund.tool_args, amount } });
  await ask(key, { tool_name: "delete_account", tool_args: { user_id: "u_9" }, agent_id: "support-bot" });
  await page.goto(`${tenant}/reviews`);
  await expect(rows(page)).toHaveCount(4);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Tool").fill("stripe_refund");
  await page.getByLabel("Amount from").fill("800");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Show cases" }).click();
  await expect(page).toHaveURL(/tool=stripe_refund&amount_min=800/);
  await expect(rows(page)).toHaveCount(2);
  await page.reload();
  await expect(rows(page)).toHaveCount(2);

  // The menu's items are loaded with it: on a busy machine a press can come before the item hears it.
  await expect(async () => {
    if (!(await page.getByRole("menu").isVisible())) await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByRole("menuitem", { name: "Save this view…" }).click();
    await expect(page.getByLabel("Name")).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await page.getByLabel("Name").fill("Large refunds");
  await page.getByLabel("Show it to every member").check();
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByRole("button", { name: "Take away the filter stripe_refund" }).click();
  await page.getByRole("button", { name: "Take away the filter From 800" }).click();
  await expect(rows(page)).toHaveCount(4);

  const { page: reviewer } = await join(browser, page, tenant, "reviewer");
  await reviewer.goto(`${tenant}/reviews`);
  await reviewer.getByRole("button", { name: "Saved views" }).click();
  await reviewer.getByRole("menuitem", { name: "Large refunds" }).click();
  await expect(rows(reviewer)).toHaveCount(2);

  // A key that is pasted into the search never reaches an address.
  await reviewer.getByLabel("Search the queue").fill(key);
  await reviewer.keyboard.press("Enter");
  await expect(reviewer.getByText("This holds an API key.")).toBeVisible();
  expect(reviewer.url()).not.toContain(key);
});

test("several cases are decided at once, with the total named before and a result for each after", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  for (const amount of [410, 1500, 1500]) await ask(key, { ...refund, tool_args: { ...refund.tool_args, amount } });
  await page.goto(`${tenant}/reviews`);
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByRole("checkbox").nth(2).check();
  await expect(page.getByRole("region", { name: "Picked cases" })).toContainText("3 refunds, $3,410.00 in all");
  await page.getByRole("button", { name: "Approve…" }).click();
  await expect(page.getByRole("dialog", { name: "Approve 3 refunds, $3,410.00 in all" })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Reason, for all of them").fill("Checked together.");
  await page.getByRole("dialog").getByRole("button", { name: "Approve 3 refunds, $3,410.00 in all" }).click();
  await expect(page.getByRole("dialog", { name: "3 of 3 decided" })).toBeVisible();
  await expect(page.getByRole("list", { name: "Results" }).getByLabel("done", { exact: true })).toHaveCount(3);
  await expectAccessible(page);
});

test("a rule asks for two people; the second one decides, and whoever comes late learns who did", async ({ page, browser }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  await page.goto(`${tenant}/settings/rules`);
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByLabel("Name").fill("Refunds over 500");
  await page.getByLabel("Tools").fill("stripe_*");
  await page.getByLabel("Amount over").fill("500");
  await page.getByLabel("Currency").fill("USD");
  await page.getByLabel("People", { exact: true }).selectOption("2");
  await page.getByLabel("Reason").selectOption("required_to_deny");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(page.getByRole("list", { name: "Review rules" })).toContainText("stripe_* over $500.00");
  await expectAccessible(page);

  const id = await ask(key);
  const [{ page: first, email: firstEmail }, { page: second, email: secondEmail }] = [
    await join(browser, page, tenant, "reviewer"),
    await join(browser, page, tenant, "admin"),
  ];
  for (const each of [first, second, page]) await each.goto(`${tenant}/reviews/${id}`);
  await expect(decision(first)).toContainText("Two approvals are needed, from anybody who decides");
  await first.getByRole("button", { name: "Deny" }).click();
  await expect(first.getByRole("alert").filter({ hasText: "asks for a reason" })).toBeVisible();
  await first.getByRole("button", { name: "Approve refund" }).click();
  await expect(decision(first)).toContainText("One more approval is needed");
  await expect(first.getByRole("button", { name: "You approved" })).toBeDisabled();
  await expect(rows(first)).toContainText("1/2");
  // It shows on the other screens by itself.
  await expect(decision(second)).toContainText(`${firstEmail} approved`);
  await expectAccessible(second);
  await second.getByRole("button", { name: "Approve refund" }).click();
  for (const each of [first, second, page])
    await expect(decision(each)).toContainText(`Approved by ${firstEmail} and ${secondEmail}`);
});

test("a case is taken, given back, talked about, and compared with the last one that was approved", async ({ page, browser }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const before = await ask(key);
  await page.goto(`${tenant}/reviews/${before}`);
  await page.getByRole("button", { name: "Approve refund" }).click();
  await expect(decision(page)).toContainText("Approved by");
  const { page: reviewer, email } = await join(browser, page, tenant, "reviewer");

  const id = await ask(key, { ...refund, tool_args: { ...refund.tool_args, amount: 990, customer: "cus_777" } });
  await page.goto(`${tenant}/reviews/${id}`);
  await page.getByRole("button", { name: "Against the last approved" }).click();
  await expect(page.locator("ins")).toContainText(['"amount": 990', '"customer": "cus_777"']);
  await expect(page.locator("del")).toContainText(['"amount": 1240', '"customer": "cus_123"']);
  await page.getByRole("button", { name: "Take" }).click();
  await expect(page.getByText("The case is with you now.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Assigned to nobody. Change" })).toBeVisible();
  await page.getByRole("button", { name: "Assigned to nobody. Change" }).click();
  await page.getByRole("menuitem", { name: email }).click();
  await expect(page.getByRole("button", { name: `Assigned to ${email}. Change` })).toBeVisible();

  await page.getByRole("textbox", { name: "Comment" }).fill("Is this the one of last week? @reviewer");
  await page.getByRole("button", { name: `@${email}` }).click();
  await page.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(page.getByRole("list", { name: "Comments" })).toContainText(`@${email}`);
  await expectAccessible(page);
  await reviewer.goto(`${tenant}/reviews?assignee=me`);
  await expect(rows(reviewer)).toHaveCount(1);
  await rows(reviewer).getByRole("link").click();
  await expect(reviewer.getByRole("list", { name: "Comments" })).toContainText("Is this the one of last week?");
});

test("a tool reads as its admin wrote it, seen while writing", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const id = await ask(key, { tool_name: "erp_post", tool_args: { doc: "4711", value: 1999, currency: "eur" }, agent_id: "erp" });
  await page.goto(`${tenant}/settings/sentences`);
  await page.getByRole("button", { name: "Add sentence" }).click();
  await page.getByLabel("Tool").fill("erp_post");
  await page.getByLabel("Sentence, after “wants to”").fill("post document {doc} over {value:money");
  await page.getByRole("button", { name: "Save sentence" }).click();
  await expect(page.getByText("A brace is open.")).toBeVisible();
  await page.getByLabel("Sentence, after “wants to”").fill("post document {doc} over {value:money}");
  await page.getByLabel("Word for the button").fill("posting");
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("erp wants to post document 4711 over €1,999.00.");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save sentence" }).click();
  await page.getByLabel("Reasons to pick from").fill("Invoice matches the order\nNo order found");
  await page.getByRole("button", { name: "Save reasons" }).click();
  await expect(page.getByText("The reasons are saved.")).toBeVisible();
  await page.goto(`${tenant}/reviews/${id}`);
  await expect(page.getByRole("heading", { name: "erp wants to post document 4711 over €1,999.00." })).toBeVisible();
  await page.getByLabel("Reasons to pick from").selectOption("No order found");
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(decision(page)).toContainText("No order found");
});

test("a threshold is tried on what happened before it counts", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  await writeRules(page, tenant, { name: "Refunds", rules: "Approve when amount is at most 100." });
  for (const amount of [10, 20]) await ask(key, { ...refund, tool_args: { ...refund.tool_args, amount } });
  await page.goto(`${tenant}/settings`);
  const simulation = page.getByRole("region", { name: "What it would have done" });
  await expect(simulation).toContainText("2 would have passed");
  await page.getByLabel("Confidence threshold").fill("1");
  await expect(simulation).toContainText("2 would have paused, 2 fewer passing than at 0.80");
  await expectAccessible(page);
  await page.getByLabel("For").selectOption("stripe_refund");
  await expect(page.getByText("stripe_refund has no threshold of its own yet.")).toBeVisible();
  await page.getByLabel("Confidence threshold").fill("1");
  await page.getByRole("button", { name: "Save threshold" }).click();
  await expect(page.getByRole("button", { name: "Use the tenant's, 0.80" })).toBeVisible();
  await page.goto(`${tenant}/settings/audit`);
  await expect(page.getByRole("list", { name: "Audit trail" })).toContainText("changed the review settings");
});
