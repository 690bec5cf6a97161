import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { installedChromium } from "./scripts/chromium.mjs";

// The whole product on the embedded default, on ports and data of its own. Workers inherit the directory from the first evaluation.
process.env.E2E_DATA_DIR ??= mkdtempSync(join(tmpdir(), "ledgix-e2e-"));
process.env.E2E_SLACK_SECRET ??= randomBytes(16).toString("hex");
const chromium = installedChromium();
const ports = { PORT: "3100", VAULT_PORT: "8100", JUDGE_PORT: "8101", SUPABASE_PORT: "54421" };

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/e2e",
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: `http://localhost:${ports.PORT}`,
    // A trace of every test costs a quarter of the time; `--trace on` makes one where a failure wants it.
    screenshot: "only-on-failure",
    launchOptions: {
      ...(chromium && { executablePath: chromium }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "wide", use: { viewport: { width: 1280, height: 800 } } },
    {
      name: "narrow",
      testMatch: /first-request/,
      use: { viewport: { width: 390, height: 780 }, hasTouch: true, colorScheme: "dark" },
    },
  ],
  webServer: {
    command: "node services/local/main.ts",
    url: `http://localhost:${ports.PORT}/api/health`,
    timeout: 120_000,
    stdout: "ignore",
    stderr: "pipe",
    env: {
      ...ports,
      LEDGIX_DATA_DIR: process.env.E2E_DATA_DIR,
      VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: "2",
      VAULT_DELIVERY_RETRY_SECONDS: "1",
      SLACK_URL: "http://127.0.0.1:8190",
      SLACK_CLIENT_ID: "1.1",
      SLACK_CLIENT_SECRET: process.env.E2E_SLACK_SECRET,
      SLACK_SIGNING_SECRET: process.env.E2E_SLACK_SECRET,
    },
  },
});
