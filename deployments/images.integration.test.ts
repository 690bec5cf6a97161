import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage } from "./test/image.ts";

const { TEST_DATABASE_URL } = process.env;
/** Vault's image stands for the others, which are made alike; IMAGES=all builds all four, in some minutes. */
const isAll = process.env.IMAGES === "all";
const MINUTES = 60_000;
const TRIES = 150;

// Each image's steps, run by the user that they name; then what the image would hold runs on a root that nobody may write to.
describe.runIf(TEST_DATABASE_URL)("images", () => {
  let stack: Stack;
  let databaseUrl: string;
  let writable: string;
  beforeAll(async () => {
    stack = await startStack();
    const url = new URL(TEST_DATABASE_URL ?? "");
    url.pathname = `/${stack.controlPlaneName}`;
    databaseUrl = url.toString();
    writable = await mkdtemp(join(tmpdir(), "ledgix-volume-"));
    await chmod(writable, 0o777);
  });
  afterAll(() => stack.close());

  const key = () => generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  const judgeKey = "k".repeat(32);
  const images: [string, () => Record<string, string>][] = [
    [
      "vault",
      () => ({
        DATABASE_URL: databaseUrl,
        VAULT_PORT: "8261",
        VAULT_SECRETS_DIR: join(writable, "secrets"),
        VAULT_ANCHOR_DIR: join(writable, "anchors"),
        VAULT_KEY_ID: "image-key",
        VAULT_PRIVATE_KEY_BASE64: key(),
        VAULT_JUDGE_URL: "http://127.0.0.1:8262",
        VAULT_JUDGE_API_KEY: judgeKey,
        VAULT_DRAIN_SECONDS: "0",
      }),
    ],
    [
      "judge",
      () => ({
        DATABASE_URL: databaseUrl,
        JUDGE_PORT: "8262",
        JUDGE_API_KEY: judgeKey,
        JUDGE_UVICORN_WORKERS: "1",
        VAULT_SECRETS_DIR: join(writable, "secrets"),
        EVAL_MODEL: "local",
        EMBEDDING_MODEL: "local",
      }),
    ],
    [
      "gateway",
      () => ({
        GATEWAY_PORT: "8263",
        GATEWAY_VAULT_URL: "http://127.0.0.1:8261",
        GATEWAY_VAULT_API_KEY: "sk_any",
        GATEWAY_UPSTREAM_URL: "http://127.0.0.1:9",
        GATEWAY_TOOL_NAME: "pay",
      }),
    ],
    [
      "console",
      () => ({
        PORT: "8264",
        HOSTNAME: "127.0.0.1",
        SUPABASE_URL: "http://127.0.0.1:9",
        SUPABASE_PUBLISHABLE_KEY: "sb_any",
        VAULT_URL: "http://127.0.0.1:8261",
        VAULT_PUBLIC_URL: "http://127.0.0.1:8261",
        CONSOLE_URL: "http://127.0.0.1:8264",
      }),
    ],
  ];

  it.each(images.filter(([name]) => isAll || name === "vault"))(
    "%s is built by its steps, becomes healthy on a read-only root, and ends when told",
    async (name, environment) => {
      const image = await buildImage(join(import.meta.dirname, `docker/${name}.Dockerfile`));
      expect(image.user).toBe("node");
      const service = image.run(image.command, environment());
      let output = "";
      for (const stream of [service.stdout, service.stderr]) stream?.on("data", (part) => (output += part));
      const isHealthy = async () => (await once(image.run(image.healthcheck, environment()), "exit"))[0] === 0;
      let healthy = false;
      for (let tries = 0; tries < TRIES && !healthy && service.exitCode === null; tries++) {
        healthy = await isHealthy();
        if (!healthy) await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect([healthy, healthy ? "" : output]).toEqual([true, ""]);
      const ended = once(service, "exit");
      service.kill("SIGTERM");
      await ended;
      expect(await isHealthy()).toBe(false);
      await image.remove();
    },
    10 * MINUTES,
  );
});
