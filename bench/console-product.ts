import { execFile, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BrowserContext, chromium } from "@playwright/test";
import { z } from "zod";
import { installedChromium } from "../scripts/chromium.mjs";

const ROOT = new URL("../", import.meta.url).pathname;
const ports = { PORT: "3300", VAULT_PORT: "8300", JUDGE_PORT: "8301", SUPABASE_PORT: "54621" };
const EMAIL = "bench@example.com";
const PASSWORD = "correct horse battery";

/** The whole product on the embedded default, with a signed-in browser: as a reviewer has it. Needs a built console (`npm start` builds it). */
export async function startProduct(prepare?: (dataDirectory: string, clientId: string) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), "ledgix-bench-"));
  const environment = { ...process.env, ...ports, LEDGIX_DATA_DIR: directory, VAULT_RATE_LIMIT_RPS: "0" };
  let stop = await startProcess(environment);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["services/local/bootstrap.ts", "--email", EMAIL, "--password", PASSWORD, "--tenant", "Bench", "--key", "bench"],
    { cwd: ROOT, env: environment },
  );
  const made = z
    .object({ vault_url: z.string(), console_url: z.string(), client_id: z.string(), api_key: z.string() })
    .parse(JSON.parse(stdout));
  if (prepare) {
    await stop();
    await prepare(directory, made.client_id);
    stop = await startProcess(environment);
  }
  const executablePath = installedChromium();
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await signIn(context, made.console_url);
  return {
    tenantUrl: `${made.console_url}/${made.client_id}`,
    context,
    async ask(body: object): Promise<{ requestId: string; answeredAt: number }> {
      const response = await fetch(`${made.vault_url}/request-clearance`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-vault-api-key": made.api_key },
        body: JSON.stringify(body),
      });
      const answer = z.object({ request_id: z.string(), status: z.string() }).parse(await response.json());
      if (answer.status !== "pending_review") throw new Error(`The request is ${answer.status}.`);
      return { requestId: answer.request_id, answeredAt: Date.now() };
    },
    async close(): Promise<void> {
      await browser.close();
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startProcess(environment: NodeJS.ProcessEnv): Promise<() => Promise<void>> {
  const child = fork("services/local/main.ts", { cwd: ROOT, env: environment, stdio: ["ignore", "pipe", "inherit", "ipc"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => chunk.toString().includes("Ledgix is ready") && resolve());
    child.once("exit", (code) => reject(new Error(`The product ended with ${code}.`)));
  });
  return () =>
    new Promise((resolve) => {
      child.removeAllListeners("exit");
      child.once("exit", () => resolve());
      child.kill("SIGTERM");
    });
}

async function signIn(context: BrowserContext, consoleUrl: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${consoleUrl}/sign-in`);
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Get started" }).waitFor();
  await page.close();
}

export const refund = (amount: number) => ({
  tool_name: "stripe_refund",
  tool_args: { amount, currency: "usd", customer: `cus_${amount}` },
  agent_id: "payments-agent",
});
