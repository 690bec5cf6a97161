import { expect, type Page, test } from "@playwright/test";
import { policyHandbook } from "./policy-pdf.ts";
import {
  ask,
  clear,
  collectComplaints,
  createKey,
  expectAccessible,
  expectNoSidewaysScroll,
  putInForce,
  refund,
  signUp,
  writeRules,
} from "./support.ts";

const call = (amount: number) => ({ ...refund, tool_args: { ...refund.tool_args, amount } });
const check = async (page: Page) => {
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
};

test("from a policy of 40 pages to a request that its rule approves, cited in place", async ({ page }) => {
  const complaints = collectComplaints(page);
  const tenant = await signUp(page);
  const key = await createKey(page);
  const early = await ask(key, call(150));

  await test.step("upload: read page by page, its rules proposed", async () => {
    await page.goto(`${tenant}/policies?new=1`);
    const buffer = Buffer.from(await policyHandbook());
    await page.locator("input[type=file]").setInputFiles([{ name: "Handbook.pdf", mimeType: "application/pdf", buffer }]);
    await page.getByLabel("Tools").fill("stripe_refund");
    await check(page);
    await page.getByRole("button", { name: "Upload policy" }).click();
    await expect(page.getByText("Handbook is in force.")).toBeVisible();
    await page.goto(`${tenant}/policies/handbook`);
    await expect(page.getByText("(40 pages)")).toBeVisible();
    await check(page);
  });

  await test.step("define the term that a proposal needs", async () => {
    await expect(page.getByText('I do not know "card that was not charged".', { exact: false })).toBeVisible();
    await page.goto(`${tenant}/policies/tools`);
    await page.getByRole("button", { name: "Add term" }).click();
    await page.getByLabel("Term 1", { exact: true }).fill("a card that was not charged");
    await page.getByLabel("Meaning 1", { exact: true }).fill("the card is funny");
    await page.getByRole("button", { name: "Save terms" }).click();
    await expect(page.getByText('The meaning of "card that was not charged" is not understood.', { exact: false })).toBeVisible();
    await page.getByLabel("Meaning 1", { exact: true }).fill("card_charged is false");
    await page.getByRole("button", { name: "Save terms" }).click();
    await expect(page.getByText("The terms are saved.")).toBeVisible();
    await check(page);
  });

  await test.step("confirm what the arguments mean, read back as money", async () => {
    await page.getByRole("button", { name: "Confirm stripe_refund" }).click();
    await expect(page.getByText("So a call with amount 150 is about $150.00.")).toBeVisible();
    await page.getByLabel("Unit").selectOption("minor");
    await expect(page.getByText("So a call with amount 150 is about $1.50.")).toBeVisible();
    await page.getByLabel("Unit").selectOption("major");
    await check(page);
    await page.getByRole("button", { name: "Confirm", exact: true }).click();
    await expect(page.getByText("Rules now know stripe_refund.")).toBeVisible();
  });

  await test.step("confirm the proposed rules but one, in a draft", async () => {
    await page.goto(`${tenant}/policies/handbook`);
    await page.getByLabel("Confirm: Never refund to a card that was not charged.").uncheck();
    await page.getByRole("button", { name: "Confirm 4 rules in a draft" }).click();
    await expect(page.getByRole("button", { name: "Put in force…" })).toBeVisible();
    expect((await clear(key, call(40))).reason_code).toBe("no_rule");
  });

  await test.step("try it, and keep the call as a test case", async () => {
    await page.getByRole("link", { name: "Try it" }).last().click();
    await page.getByLabel("From history").selectOption(early);
    await page.getByLabel("Arguments").fill('{"amount": 6000, "currency": "usd"}');
    await page.getByRole("button", { name: "Judge this call" }).click();
    await expect(page.getByText("Your rule denies it: Never refund over 5,000 USD.")).toBeVisible();
    await expect(page.getByRole("list", { name: "Rules that were asked" }).getByText("does not hold")).toHaveCount(2);
    await check(page);
    await page.getByLabel("Name").fill("Huge refunds never pass");
    await page.getByRole("button", { name: "Keep test case" }).click();
    await expect(page.getByText("The test case is kept.")).toBeVisible();
  });

  await test.step("backtest it", async () => {
    await page.goto(`${tenant}/policies/handbook`);
    await page.getByRole("link", { name: "Open it" }).click();
    await expect(page.getByRole("button", { name: "Put in force…" })).toBeVisible(); // the draft is there
    await page.getByRole("tab", { name: "Test cases" }).click();
    await expect(page.getByText("Version 2 passes all 1.")).toBeVisible();
    await check(page);
    await page.getByRole("tab", { name: "Backtest" }).click();
    await page.getByRole("button", { name: "Run the backtest" }).click();
    const changes = page.getByRole("list", { name: "What would change" });
    await expect(changes).toContainText("Your rule allows it");
    await expect(page.getByText("would have treated 1 differently")).toBeVisible();
    await check(page);
  });

  await putInForce(page);

  await test.step("a real request is approved by rule, and its citation opens in place", async () => {
    const body = await clear(key, call(40));
    expect(body).toMatchObject({ status: "approved", reason_code: "rule_allow" });
    await page.goto(`${tenant}/ledger?request_id=${body.request_id}`);
    await page.getByRole("list", { name: "Ledger entries" }).getByRole("link").first().click();
    await expect(page.getByTestId("verdict")).toHaveText("Verified in your browser");
    const paused = await clear(key, call(2000));
    expect(paused).toMatchObject({ status: "pending_review", reason_code: "rule_review" });
    await page.goto(`${tenant}/reviews/${paused.request_id}`);
    await expect(
      page.getByRole("article").getByText("Your rule asks for two people: Refunds over 1,000 USD need two reviewers."),
    ).toBeVisible();
    await page.getByRole("link", { name: "Handbook", exact: true }).first().click();
    await expect(page.locator("mark")).toHaveText("Refunds over 1,000 USD need two reviewers.");
    await expect(page.locator("mark")).toBeInViewport();
    await check(page);
  });

  await page.goto(`${tenant}/policies/coverage`);
  await expect(page.getByRole("list", { name: "Tools" })).toContainText("stripe_refund");
  await check(page);
  expect(complaints).toEqual([]);
});

test("rules are read back while they are written, and a draft that fails a test case stays a draft", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  await ask(key, call(20));
  await writeRules(page, tenant, { name: "Limits", tools: "stripe_refund", rules: "Approve when amount is at most 100." });

  await page.goto(`${tenant}/policies/try?tool=stripe_refund`);
  await page.getByRole("button", { name: "Judge this call" }).click();
  await page.getByLabel("Name").fill("Small refunds pass");
  await page.getByRole("button", { name: "Keep test case" }).click();
  await expect(page.getByText("The test case is kept.")).toBeVisible();

  await page.goto(`${tenant}/policies/limits/edit`);
  const reading = page.getByRole("region", { name: "How the rules are understood" });
  await page.getByLabel("Rules", { exact: true }).fill("Refunds up to 10 may be approved\nNever refund over 5,000 USD");
  await expect(reading).toContainText("Name the currency behind the amount, such as 100 USD.");
  await page.getByLabel("Rules", { exact: true }).fill("Pause when amount is over 10.\nDeny when amount is over 10.");
  await expect(reading).toContainText("Fits 1 of the last 1 requests");
  await expect(reading.getByRole("list", { name: "Conflicts" })).toContainText("never has an effect");
  await page.getByText("Cedar, for experts").click();
  await page.getByLabel("Policies in Cedar").fill("permit (principal, action, resource);");
  await expect(reading.getByRole("alert")).toContainText("This permits anything.");
  await check(page);
  await page.getByLabel("Policies in Cedar").fill("");
  await page.getByRole("button", { name: "Save as a draft" }).click();
  await page.getByRole("button", { name: "Put in force…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
  await expect(page.getByText("Small refunds pass: must be approved, would be denied.")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Compare" }).click();
  await expect(page.getByRole("heading", { name: "Limits: version 2 and 1" })).toBeVisible();
  await expect(page.getByText("Deny when amount is over 10.", { exact: true })).toBeVisible();
  await check(page);
});

test("a file that cannot be read gets its reason and changes nothing; others beside it go on", async ({ page }) => {
  const tenant = await signUp(page);
  await createKey(page);
  await page.goto(`${tenant}/policies?new=1`);
  await page.locator("input[type=file]").setInputFiles([
    { name: "Broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 and nothing else") },
    { name: "Travel.md", mimeType: "text/markdown", buffer: Buffer.from("# Travel\n\nEconomy flights need a person.") },
  ]);
  await page.getByRole("button", { name: "Upload 2 policies" }).click();
  await expect(page.getByText("Travel is in force.")).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("The PDF ends too early");
  await check(page);
  await page.goto(`${tenant}/policies`);
  await expect(page.getByRole("list", { name: "Uploads" })).toContainText(
    "Broken.pdf could not be read, and nothing was changed.",
  );
  await expect(page.getByRole("link", { name: /Travel/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /Broken/ })).toHaveCount(0);
});
