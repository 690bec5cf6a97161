import { expect, type Page, test } from "@playwright/test";
import {
  ask,
  callVault,
  clear,
  createKey,
  expectAccessible,
  expectNoSidewaysScroll,
  putInForce,
  signUp,
  vaultUrl,
  writeRules,
} from "./support.ts";

const payment = (amount: number, tip = 1) => ({ tool_name: "pay", tool_args: { amount, tip }, agent_id: "payments-agent" });

async function createScopedKey(page: Page, name: string, choose: (page: Page) => Promise<void>): Promise<string> {
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name").fill(name);
  await choose(page);
  await expectAccessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const key = await page.getByTestId("api-key").textContent();
  await page.getByRole("button", { name: "I have stored it" }).click();
  return key ?? "";
}

const propose = (key: string, path: string, body: object) =>
  fetch(vaultUrl + path, {
    method: "PUT",
    headers: { "content-type": "application/json", "x-vault-api-key": key },
    body: JSON.stringify(body),
  });

test("what a deployment key writes waits for a member, who reads it and puts it in force", async ({ page }) => {
  const tenant = await signUp(page);
  const agent = await createKey(page);
  await page.goto(`${tenant}/keys`);
  const ci = await createScopedKey(page, "ci", (dialog) => dialog.getByRole("radio", { name: /^Deployment/ }).check());
  await expect(page.getByRole("list", { name: "Keys" })).toContainText("deployment");
  const rules = ["Approve when amount is at most 100."];
  const registered = await callVault(ci, "POST", "/register-policy", {
    policy_id: "payments",
    description: "Payments",
    rules,
    tools: ["pay"],
  });
  expect(registered.body).toMatchObject({ status: "registered" });
  expect(registered.body.message).toContain("Kept as a draft; a member puts it in force at http");
  const paused = await clear(agent, payment(5));
  expect(paused.status).toBe("pending_review");
  await page.goto(`${tenant}/reviews/${paused.request_id}`);
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Denied by");

  await page.goto(tenant);
  const line = page.getByRole("list", { name: "Go-live checklist" }).getByRole("listitem").filter({ hasText: "What keys wrote" });
  await expect(line).toContainText("Version 1 of Payments, by the key ci, waits.");
  await expectAccessible(page);
  await page.goto(`${tenant}/policies`);
  await expect(page.getByText("a draft of the key ci waits")).toBeVisible();
  await expectAccessible(page);
  await page.goto(tenant);
  await line.getByRole("link", { name: "Read it" }).click();
  await expect(page.getByText("The key ci wrote this draft.")).toBeVisible();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await putInForce(page);
  expect((await clear(agent, payment(5))).status).toBe("approved");

  await callVault(ci, "POST", "/register-policy", {
    policy_id: "payments",
    description: "Payments",
    rules: ["Pause always"],
    tools: ["pay"],
  });
  await page.goto(`${tenant}/policies/payments`);
  await page.getByRole("link", { name: "Open it" }).click();
  await page.getByRole("button", { name: "Discard this draft" }).click();
  await page.getByRole("button", { name: "Discard draft" }).click();
  await expect(page.getByText("The draft is discarded.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Retire" })).toBeVisible();
});

test("a key with scopes that do not go together says what they mean, and what it proposes is confirmed or discarded", async ({
  page,
}) => {
  const tenant = await signUp(page);
  await page.goto(`${tenant}/keys`);
  const mixed = await createScopedKey(page, "mixed", async (dialog) => {
    await dialog.getByRole("radio", { name: /^Custom/ }).check();
    for (const scope of ["clearance", "policies:write", "settings:write"])
      await dialog.getByRole("checkbox", { name: scope }).check();
    await expect(dialog.getByText(/This key writes policies and asks for clearance/)).toBeVisible();
  });
  await expect(page.getByRole("list", { name: "Keys" })).toContainText("writes drafts only");
  await writeRules(page, tenant, {
    name: "Payments",
    tools: "pay",
    rules: "Payments up to 100 USD may be approved automatically.",
  });
  await ask(mixed, payment(5));
  const mapping = { acts: [], amount: { path: "amount", unit: "major", currency: { code: "USD" } } };
  expect((await propose(mixed, "/tools/pay/mapping", mapping)).status).toBe(200);
  expect((await propose(mixed, "/review-settings", { separate_key_creators: true, deny_uncovered: true })).status).toBe(200);

  await page.goto(`${tenant}/policies/tools`);
  const proposed = page.getByRole("region", { name: "Proposed by keys" });
  await expect(proposed).toContainText("It proposes: amount is the amount, in whole units of USD.");
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await proposed.getByRole("button", { name: "Confirm what mixed proposes for pay" }).click();
  await expect(page.getByText("Confirmed. It holds from now on.")).toBeVisible();
  await expect(page.getByRole("list", { name: "Tools" })).toContainText("amount is the amount");
  expect((await clear(mixed, payment(5))).status).toBe("approved");

  await page.goto(`${tenant}/settings/rules`);
  await expect(proposed).toContainText("deny uncovered: off becomes on");
  await expectAccessible(page);
  await proposed.getByRole("button", { name: "Discard what mixed proposes" }).click();
  await page.getByRole("button", { name: "Discard proposal" }).click();
  await expect(page.getByText("The proposal is discarded.")).toBeVisible();
  await expect(page.getByLabel("Deny what no policy covers")).not.toBeChecked();
  await page.getByLabel("Deployment keys may put policies in force").click();
  await expect(page.getByText("Deployment keys may put policies in force.", { exact: true })).toBeVisible();
});
