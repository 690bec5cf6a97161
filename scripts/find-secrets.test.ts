import { spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "@ledgix/contract/api-key";
import { describe, expect, it } from "vitest";

async function lookAt(text: string) {
  const file = join(await mkdtemp(join(tmpdir(), "ledgix-secrets-")), "output.log");
  await writeFile(file, text);
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, "find-secrets.mjs"), file]);
  return { status, output: stdout.toString() };
}

describe("find-secrets", () => {
  const key = createApiKey("production", randomBytes(32));
  it.each([
    ["an API key", `request by ${key} failed`, key],
    ["a private key", generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString(), "MC4C"],
    ["a Slack token", `xoxb-${"1".repeat(24)}`, "xoxb-1"],
    ["a password in a DSN", "postgres://ledgix:correct-horse-battery@db:5432/x", "correct-horse"],
  ])("finds %s, and does not repeat it", async (kind, text, secret) => {
    const { status, output } = await lookAt(text);
    expect(status).toBe(1);
    expect(output).toContain(kind);
    expect(output).not.toContain(secret);
  });

  it("finds nothing in what only speaks of secrets", async () => {
    const text = "sk_production_… · postgres://user:password@host:5432/database · whsec_… · Bearer <token>";
    expect(await lookAt(text)).toMatchObject({ status: 0 });
  });
});
