import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusedStart } from "./refused-start.ts";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

// Vault and the judge as they run apart: two processes on PostgreSQL, meeting over HTTP. PGlite has one process, so this needs a server.
describe.runIf(process.env.TEST_DATABASE_URL)("as processes of their own on PostgreSQL", () => {
  const services = join(import.meta.dirname, "../..");
  const ports = { vault: "8211", judge: "8212" };
  const vaultUrl = `http://127.0.0.1:${ports.vault}`;
  const apiKey = "k".repeat(32);
  const children: ChildProcess[] = [];
  let stack: Stack;
  let agent: Caller;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    stack = await startStack();
    const clientId = await stack.addTenant();
    agent = await stack.addKey(clientId);
    const owner = await stack.addMember(clientId, "owner");
    await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
    const url = new URL(process.env.TEST_DATABASE_URL ?? "");
    url.pathname = `/${stack.controlPlaneName}`;
    environment = {
      ...process.env,
      DATABASE_URL: url.toString(),
      VAULT_SECRETS_DIR: join(stack.directory, "secrets"),
      VAULT_ANCHOR_DIR: join(stack.directory, "anchors"),
      VAULT_PRIVATE_KEY_FILE: join(stack.directory, "signing-key.pem"),
      VAULT_HOST: "127.0.0.1",
      VAULT_PORT: ports.vault,
      VAULT_JUDGE_URL: `http://127.0.0.1:${ports.judge}`,
      VAULT_JUDGE_API_KEY: apiKey,
      JUDGE_API_KEY: apiKey,
      JUDGE_PORT: ports.judge,
      EMBEDDING_MODEL: "local",
      EVAL_MODEL: "local",
    };
    await start("judge", `http://127.0.0.1:${ports.judge}/health`);
    await start("vault", `${vaultUrl}/ready`);
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await stack.close();
  });

  async function start(service: "vault" | "judge", probe: string): Promise<ChildProcess> {
    const child = fork(join(services, service, "main.ts"), { env: environment, execArgv: [], silent: true });
    children.push(child);
    await until(
      () =>
        fetch(probe).then(
          (response) => response.ok,
          () => false,
        ),
      (isUp) => isUp,
    );
    return child;
  }

  const ask = (amount: number) => agent("POST", `${vaultUrl}/request-clearance`, { tool_name: "pay", tool_args: { amount } });

  it("decide by rule, and pause what no rule settles", async () => {
    expect((await ask(1)).body).toMatchObject({ status: "approved", reason_code: "rule_allow" });
    expect((await ask(1000)).body).toMatchObject({ status: "pending_review", reason_code: "no_rule" });
  });

  it("pause everything while the judge is away, and decide again when it is back, without a restart of Vault", async () => {
    children[0]?.kill("SIGKILL");
    const isAway = () =>
      fetch(`http://127.0.0.1:${ports.judge}/health`).then(
        () => false,
        () => true,
      );
    // Its workers end with it, a moment later.
    await until(isAway, (away) => away);
    expect((await ask(1)).body).toMatchObject({ status: "pending_review", reason_code: "judge_unavailable" });
    children[0] = await start("judge", `http://127.0.0.1:${ports.judge}/health`);
    expect((await ask(1)).body.status).toBe("approved");
  });

  it("stop cleanly on SIGTERM", async () => {
    const vault = children[1];
    if (!vault) throw new Error("Vault does not run.");
    vault.kill("SIGTERM");
    expect(await once(vault, "exit")).toEqual([0, null]);
  });

  it("name what is missing in their configuration", async () => {
    for (const service of ["vault", "judge"]) {
      const { exit, message } = await refusedStart(service, { PATH: process.env.PATH, NODE_ENV: "test" });
      expect(exit).toEqual([1, null]);
      expect(message).toContain("DATABASE_URL");
      expect(message).not.toContain("    at ");
    }
  });
});
