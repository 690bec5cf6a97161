import { expect, type Page, test } from "@playwright/test";
import { type SlackDouble, startSlackDouble } from "../services/vault/test/slack-double.ts";
import { ask, createKey, expectAccessible, inboxUrl, newEmail, signUp, vaultUrl } from "./support.ts";
import { join, linkInMail } from "./support-people.ts";

let slack: SlackDouble;
test.beforeAll(async () => {
  const secret = process.env.E2E_SLACK_SECRET ?? "";
  slack = await startSlackDouble(8190, { clientSecret: secret, signingSecret: secret });
});
test.afterAll(() => slack.close());

const log = (page: Page) => page.getByRole("list", { name: "Deliveries" });

test("a route is tried, then mails a paused case; its log says so; one link ends it", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const risk = newEmail().replace("owner-", "risk-");
  await page.goto(`${tenant}/settings/notifications`);
  await expect(page.getByText("Nobody is told when a request pauses.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Add route" }).click();
  await page.getByRole("button", { name: "Save route" }).click();
  await expect(page.getByText("Give the route a name.")).toBeVisible();
  await page.getByLabel("Name").fill("Risk desk");
  await page.getByLabel("Addresses").fill(risk);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.frameLocator('iframe[title="E-mail preview"]').getByRole("heading")).toContainText(
    "payments-agent wants to refund $1,240.00",
  );
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByRole("list", { name: "Results of the test" })).toContainText(`${risk}: It was taken.`);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save route" }).click();
  await expect(page.getByRole("list", { name: "Routes" })).toContainText("Risk desk");
  await expect(page.getByText("Nobody is told when a request pauses.")).toHaveCount(0);

  const id = await ask(key);
  await page.goto(`${tenant}/settings/notifications/log`);
  await expect(log(page)).toContainText("Delivered");
  await expect(log(page)).toContainText("by the route Risk desk");
  await expectAccessible(page);
  // Opening the link of the mail shows the case, and decides nothing.
  const link = await linkInMail(page, risk, "Open the case");
  expect(link).toMatch(new RegExp(`${tenant}/reviews/${id}$`));
  await page.goto(link);
  await expect(page.getByRole("button", { name: "Approve refund" })).toBeVisible();

  await page.goto(`${tenant}/settings/notifications/log`);
  await page.getByRole("button", { name: "Resend" }).click();
  await expect(log(page)).toContainText("2 attempts");
});

test("an address leaves by its own link: following it asks, pressing the button ends it", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const tired = newEmail().replace("owner-", "tired-");
  await page.goto(`${tenant}/settings/notifications`);
  await page.getByRole("button", { name: "Add route" }).click();
  await page.getByLabel("Name").fill("Everything");
  await page.getByLabel("Addresses").fill(tired);
  await page.getByRole("button", { name: "Save route" }).click();
  await expect(page.getByText("Everything is saved.")).toBeVisible();
  await ask(key);
  await linkInMail(page, tired, "Open the case");
  const inbox = await page.context().newPage();
  await inbox.goto(await inboxUrl());
  const mail = await inbox.locator("article", { hasText: tired }).first().frameLocator("iframe").locator("body").textContent();
  const token = /\/unsubscribe#(\S+)/.exec(mail ?? "")?.[1] ?? "";
  await inbox.goto(`/api/unsubscribe/${token}`);
  await expect(inbox.getByRole("heading", { name: "No more of these mails?" })).toBeVisible();
  await expectAccessible(inbox);
  await inbox.getByRole("button", { name: "Unsubscribe" }).click();
  await expect(inbox.getByText(`${tired} gets no more notices from Acme.`)).toBeVisible();
  await ask(key);
  await page.goto(`${tenant}/settings/notifications/log`);
  await expect(log(page)).toContainText("The receiver unsubscribed.");
  await page.goto(`${tenant}/settings/notifications`);
  await expect(page.getByRole("list", { name: "Addresses that get no mail" })).toContainText("unsubscribed");
  await expect(page.getByRole("list", { name: "Warnings" })).toContainText("every address has bounced or unsubscribed");
});

test("Slack is connected, a member links their identity, and decides a case there; the open console follows", async ({
  page,
  browser,
}) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const { page: reviewer, email } = await join(browser, page, tenant, "reviewer");
  await page.goto(`${tenant}/settings/integrations`);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Connect Slack" }).click();
  await expect(page.getByText("Connected to")).toContainText("Acme");
  await page.goto(`${tenant}/settings/notifications`);
  await page.getByRole("button", { name: "Add route" }).click();
  await page.getByLabel("Name").fill("Refunds channel");
  await page.getByLabel("Slack channels and people").fill("refu");
  await page.getByRole("list", { name: "Found in Slack" }).getByRole("button", { name: "#refunds" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Save route" }).click();
  await expect(page.getByRole("list", { name: "Routes" })).toContainText("#refunds");

  await reviewer.goto(`${tenant}/settings/account`);
  await reviewer.getByRole("button", { name: "Link Slack" }).click();
  await expect(reviewer.getByText("You are Reviewer there")).toBeVisible();
  await expectAccessible(reviewer);

  const id = await ask(key);
  await page.goto(`${tenant}/reviews/${id}`);
  await expect.poll(() => slack.messages.length).toBe(1);
  const [message] = slack.messages;
  if (!message) throw new Error("There is no message.");
  await slack.press(vaultUrl, message, "approve");
  expect(await (await slack.submit(vaultUrl, "Seen in Slack.")).json()).toEqual({ response_action: "clear" });
  await expect(page.getByRole("region", { name: "Decision" })).toContainText(`Approved by ${email}`);
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Seen in Slack.");
  await expect.poll(() => JSON.stringify(message.blocks)).toContain("✅ Approved");

  // A state that this browser did not begin with connects nothing.
  await page.goto(`/api/slack/callback?code=${slack.codeFor()}&state=guessed`);
  await expect(page).not.toHaveURL(/integrations/);
  await page.goto(`${tenant}/settings/integrations`);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("button", { name: "Disconnect Slack" }).click();
  await expect(page.getByRole("button", { name: "Connect Slack" })).toBeVisible();
});

test("a webhook's secret is shown once, and rotates", async ({ page }) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/settings/integrations`);
  await page.getByRole("button", { name: "Add webhook" }).click();
  await page.getByLabel("Address").fill("ftp://example.com");
  await page.getByRole("dialog").getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByText("The address must be an address such as https://example.com/ledgix.")).toBeVisible();
  await page.getByLabel("Address").fill("https://hooks.example.com/ledgix");
  await expectAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Add webhook" }).click();
  const secret = (await page.getByTestId("webhook-secret").textContent()) ?? "";
  expect(secret).toMatch(/^whsec_/);
  await expectAccessible(page);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await page.reload();
  expect(await page.content()).not.toContain(secret);
  await page.getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
  await expect(page.getByTestId("webhook-secret")).not.toHaveText(secret);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await expect(page.getByRole("list", { name: "Webhooks" })).toContainText("two secrets");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete webhook" }).click();
  await expect(page.getByText("No webhooks yet")).toBeVisible();
});

test("a paused case shows as a browser notice and in the tab's title, by permission", async ({ page, context }) => {
  await context.grantPermissions(["notifications"]);
  const tenant = await signUp(page);
  const key = await createKey(page);
  await page.goto(`${tenant}/settings/account`);
  await page.getByRole("button", { name: "Show notices" }).click();
  await expect(page.getByRole("button", { name: "Stop notices" })).toBeVisible();
  // Headless Chromium shows no notices, and a tab under test is never hidden: both are watched for here.
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true });
    const shown: string[] = [];
    Object.assign(window, {
      shownNotices: shown,
      Notification: Object.assign(
        class {
          constructor(title: string) {
            shown.push(title);
          }
        },
        { permission: "granted" },
      ),
    });
  });
  // A case that pauses before the page listens is none that it tells of.
  await expect(async () => {
    await ask(key);
    const shown = () => page.evaluate<string[]>("shownNotices");
    await expect.poll(shown, { timeout: 5_000 }).toContain("payments-agent wants to refund $1,240.00 to customer cus_123");
  }).toPass();
  await expect(page).toHaveTitle(/^\(\d+\) /);
});
