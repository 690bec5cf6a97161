import { describe, expect, it } from "vitest";
import { ConfigError, readConfig, vaultConfig } from "./config.ts";

const needed = { VAULT_JUDGE_URL: "http://judge:8001", VAULT_JUDGE_API_KEY: "k".repeat(16) };
const refusal = (environment: Record<string, string>) => {
  try {
    readConfig(vaultConfig, { ...needed, ...environment });
    return null;
  } catch (error) {
    return error instanceof ConfigError ? error.message : error;
  }
};

describe("Vault's configuration", () => {
  it("has the defaults of the founding document", () => {
    expect(readConfig(vaultConfig, { ...needed, VAULT_KEY_ID: "" })).toMatchObject({
      VAULT_HOST: "0.0.0.0",
      VAULT_PORT: 8000,
      VAULT_SIGNER_BACKEND: "local",
      VAULT_KEY_ID: "vault-key-001",
      VAULT_JWT_TTL: 300,
      VAULT_JWT_ISSUER: "alcv-vault",
      VAULT_JWT_AUDIENCE: "ledgix-sdk",
      VAULT_CLEARANCE_ASYNC_WORKERS: 16,
      VAULT_CLEARANCE_ASYNC_QUEUE_SIZE: 2048,
      VAULT_RATE_LIMIT_RPS: 20,
      VAULT_RATE_LIMIT_BURST: 40,
      VAULT_RATE_LIMIT_TTL_SECONDS: 180,
      VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: 30,
      VAULT_LEDGER_ANCHOR_BACKFILL_BATCH_SIZE: 500,
    });
  });

  it.each([
    ["VAULT_JWT_TTL", "zero-and-secret"],
    ["VAULT_PORT", "99999999"],
    ["VAULT_JUDGE_URL", "not-an-address"],
    ["VAULT_SIGNER_BACKEND", "aws_kms_and_more"],
    ["VAULT_LEDGER_ANCHOR_BUCKET", "a-bucket-name"],
    ["VAULT_CLEARANCE_SQS_QUEUE_URL", "https://queue.example"],
  ])("refuses %s by its name, without its value", (name, value) => {
    expect(refusal({ [name]: value })).toContain(name);
    expect(refusal({ [name]: value })).not.toContain(value);
  });
});
