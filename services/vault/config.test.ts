import { ConfigError, readConfig } from "@ledgix/configuration/read";
import { metaOf } from "@ledgix/configuration/setting";
import { describe, expect, it } from "vitest";
import { vaultServerConfig } from "./config.ts";

const needed = {
  DATABASE_URL: "postgres://control",
  VAULT_JUDGE_URL: "http://judge:8001",
  VAULT_JUDGE_API_KEY: "k".repeat(16),
};
const refusal = (environment: Record<string, string>): string => {
  try {
    readConfig(vaultServerConfig, { ...needed, ...environment });
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

/** The founding document's four tables for Vault, with its defaults; null where it names none. */
const founding = {
  VAULT_HOST: "0.0.0.0",
  VAULT_PORT: 8000,
  VAULT_SIGNER_BACKEND: "local",
  VAULT_PRIVATE_KEY_FILE: null,
  VAULT_PRIVATE_KEY_BASE64: null,
  VAULT_KMS_KEY_ID: null,
  VAULT_KEY_ID: "vault-key-001",
  VAULT_JWT_TTL: 300,
  VAULT_JWT_ISSUER: "alcv-vault",
  VAULT_JWT_AUDIENCE: "ledgix-sdk",
  VAULT_CORS_ALLOWED_ORIGIN: null,
  DATABASE_URL: null,
  VAULT_CONTROL_PLANE_DB_MAX_OPEN_CONNS: 50,
  VAULT_TENANT_DB_MAX_OPEN_CONNS: 25,
  VAULT_TENANT_DB_SSLMODE: "require",
  TENANT_SECRET_PREFIX: null,
  VAULT_TENANT_SECRET_CACHE_TTL_SECONDS: 300,
  AWS_SECRET_NAME: null,
  AWS_REGION: "us-east-1",
  VAULT_CLEARANCE_ASYNC_WORKERS: 16,
  VAULT_CLEARANCE_ASYNC_QUEUE_SIZE: 2048,
  VAULT_CLEARANCE_SQS_QUEUE_URL: null,
  VAULT_CLEARANCE_SQS_FIFO_GROUP_SHARDS: 32,
  VAULT_CLEARANCE_SQS_WAIT_TIME_SECONDS: 20,
  VAULT_CLEARANCE_SQS_VISIBILITY_TIMEOUT_SECONDS: 60,
  VAULT_RATE_LIMIT_RPS: 20,
  VAULT_RATE_LIMIT_BURST: 40,
  VAULT_RATE_LIMIT_TTL_SECONDS: 180,
  VAULT_LEDGER_ANCHOR_BUCKET: null,
  VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE: null,
  VAULT_LEDGER_ANCHOR_PREFIX: null,
  VAULT_LEDGER_ANCHOR_REGION: null,
  VAULT_LEDGER_REQUIRE_BUCKET_VERSIONING: true,
  VAULT_LEDGER_REQUIRE_OBJECT_LOCK: false,
  VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: 30,
  VAULT_LEDGER_ANCHOR_BACKFILL_BATCH_SIZE: 500,
  VAULT_TRANSPORT_KEY_BASE64: null,
  VAULT_JUDGE_URL: null,
  VAULT_JUDGE_API_KEY: null,
  VAULT_ALLOW_STUB_JUDGE: false,
};

describe("Vault's configuration", () => {
  it("has the names and the defaults of the founding document", () => {
    const config: Record<string, unknown> = readConfig(vaultServerConfig, { ...needed, VAULT_KEY_ID: "" });
    for (const [name, value] of Object.entries(founding)) {
      expect(Object.keys(vaultServerConfig.shape)).toContain(name);
      if (value !== null) expect([name, config[name]]).toEqual([name, value]);
    }
  });

  it.each([
    ["VAULT_JWT_TTL", "soon", 'got "soon", takes whole seconds, at least 1'],
    ["VAULT_PORT", "99999999", 'got "99999999", takes a port, 0 to 65535'],
    ["VAULT_SIGNER_BACKEND", "hsm", 'got "hsm", takes one of local, aws_kms'],
    ["VAULT_LEDGER_REQUIRE_OBJECT_LOCK", "maybe", 'got "maybe", takes true or false'],
    ["VAULT_CLEARANCE_SQS_WAIT_TIME_SECONDS", "21", 'got "21", takes a whole number of seconds, 1 to 20'],
  ])("says of %s what it got and what it takes", (name, value, message) => {
    expect(refusal({ [name]: value })).toContain(`${name}: ${message}.`);
  });

  it.each([
    ["DATABASE_URL", "mysql://user:hunter2@host"],
    ["VAULT_JUDGE_API_KEY", "hunter2"],
    ["VAULT_TRANSPORT_KEY_BASE64", "hunter2"],
    ["VAULT_JUDGE_URL", "hunter2"],
    ["SMTP_URL", "http://user:hunter2@host"],
    ["VAULT_RATE_LIMIT_REDIS_URL", "http://:hunter2@host"],
    ["SUPABASE_JWT_SECRET", "hunter2"],
    ["VAULT_LEDGER_ANCHOR_BUCKET_TEMPLATE", "hunter2"],
  ])("never repeats what %s held", (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toContain(`${name}: got a value of ${value.length} characters, takes `);
    expect(message).not.toContain("hunter2");
  });

  it("names every variable that is missing or wrong at once", () => {
    const message = refusal({ DATABASE_URL: "", VAULT_PORT: "x" });
    expect(message).toContain("DATABASE_URL: is needed, and takes a DSN");
    expect(message).toContain("VAULT_PORT: got");
  });

  it("says of every setting what it takes and what it is for", () => {
    for (const [name, schema] of Object.entries(vaultServerConfig.shape)) {
      expect([name, metaOf(schema)]).toEqual([
        name,
        expect.objectContaining({ takes: expect.any(String), description: expect.any(String) }),
      ]);
    }
  });
});
