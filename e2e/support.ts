import { readFile } from "node:fs/promises";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const vaultUrl = "http://127.0.0.1:8100";

/** The inbox, whose address `npm start` prints alone. */
export async function inboxUrl(): Promise<string> {
  const secrets = JSON.parse(await readFile(join(process.env.E2E_DATA_DIR ?? "", "secrets.json"), "utf8"));
  return `http://127.0.0.1:54421/inbox/${secrets.inboxToken}`;
}

export const password = "correct horse battery";

export const refund = {
  tool_name: "stripe_refund",
  tool_args: { amount: 1240, currency: "usd", customer: "cus_123" },
  agent_id: "payments-agent",
};

export const refundPolicy = {
  name: "Refund policy.md",
  mimeType: "text/markdown",
  buffer: Buffer.from(
    "# Refund policy\n\nRefunds are for duplicate charges.\n\n## Limits\n\nRefunds above 100 USD are decided by a reviewer.\n\n## Fraud\n\nNever refund to a card that was not charged.\n",
  ),
};

export const newEmail = () => `owner-${crypto.randomUUID().slice(0, 12)}@example.com`;

/** Signs up and makes a tenant. @returns the tenant's path, `/<client id>` */
export async function signUp(page: Page, email = newEmail(), tenant = "Acme"): Promise<string> {
  await page.goto("/sign-up");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByLabel("Name").fill(tenant);
  await page.getByRole("button", { name: "Create tenant" }).click();
  await expect(page.getByRole("heading", { name: "Get started" })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Makes a key in the console. @returns the key, which is shown this once */
export async function createKey(page: Page, name = "payments-worker"): Promise<string> {
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
  const key = await page.getByTestId("api-key").textContent();
  await page.getByRole("button", { name: "I have stored it" }).click();
  return key ?? "";
}

/** Writes rules in the editor and puts them in force. */
export async function writeRules(
  page: Page,
  tenant: string,
  policy: { name: string; tools?: string; rules: string },
): Promise<void> {
  await page.goto(`${tenant}/policies/new`);
  await page.getByLabel("Name").fill(policy.name);
  await page.getByLabel("Tools").fill(policy.tools ?? "");
  await page.getByLabel("Rules", { exact: true }).fill(policy.rules);
  await page.getByRole("button", { name: "Save as a draft" }).click();
  await putInForce(page);
}

/** Puts the draft in force that is open. */
export async function putInForce(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Put in force…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put in force" }).click();
  await expect(page.getByRole("button", { name: "Retire" })).toBeVisible();
}

export type VaultAnswer = { status: number; body: Record<string, unknown> };

/** Calls Vault as an application does. */
export async function callVault(key: string, method: "GET" | "POST", path: string, body?: unknown): Promise<VaultAnswer> {
  const response = await fetch(vaultUrl + path, {
    method,
    headers: { "content-type": "application/json", "x-vault-api-key": key },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Asks for clearance, and waits for the decision where it takes longer. */
export async function clear(key: string, request: object): Promise<VaultAnswer["body"]> {
  const { body } = await callVault(key, "POST", "/request-clearance", request);
  if (body.status !== "processing") return body;
  return (await callVault(key, "GET", `/clearance-status/${body.request_id}?wait=20`)).body;
}

/** Asks for clearance. @returns the request's id */
export async function ask(key: string, request: object = refund): Promise<string> {
  return String((await callVault(key, "POST", "/request-clearance", request)).body.request_id);
}

/** Nothing serious or critical for assistive technology on this page, as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  // A toast that fades in or a dialog that fades out would be measured half transparent.
  await page.waitForTimeout(250);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const serious = violations.filter((violation) => violation.impact === "serious" || violation.impact === "critical");
  expect(serious.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
}

/** No part of the page is cut off at the side. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}

/** What the browser itself complains about, such as a script that the Content-Security-Policy refused. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // An event that no checkpoint covers yet: its page waits and asks again.
    const isNotSequenced = message.text().includes("409") && message.location().url.includes("/proof");
    if (message.type() === "error" && !isNotSequenced) complaints.push(message.text());
  });
  return complaints;
}

/** The text of one of the files that the running product keeps. */
export function readDataFile(...path: string[]): Promise<string> {
  return readFile(join(process.env.E2E_DATA_DIR ?? "", ...path), "utf8");
}
