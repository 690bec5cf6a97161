import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { checkpointList } from "@ledgix/contract/ledger";
import { scopes } from "@ledgix/contract/permissions";
import { secretsManager } from "@ledgix/tenancy/aws-secrets";
import { s3Anchor } from "@ledgix/vault/adapters/s3-anchor";
import { createBucket, createQueue, endpoint, s3Client, uniqueName } from "@ledgix/vault/test/aws";
import { startKmsDouble } from "@ledgix/vault/test/kms-double";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusedStart } from "./refused-start.ts";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;

// Two Vaults and a judge as processes of their own, with every part of production: PostgreSQL, Secrets Manager, SQS FIFO, S3 and Redis.
describe.runIf(TEST_DATABASE_URL && TEST_REDIS_URL && endpoint)("two replicas on production parts", () => {
  const services = join(import.meta.dirname, "../..");
  const urls = ["http://127.0.0.1:8221", "http://127.0.0.1:8222"];
  const judgeUrl = "http://127.0.0.1:8223";
  const children: ChildProcess[] = [];
  let stack: Stack;
  let clientId: string;
  let agent: Caller;
  let bucket: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    stack = await startStack();
    clientId = await stack.addTenant();
    agent = await stack.addKey(clientId);
    const owner = await stack.addMember(clientId, "owner");
    await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
    await stack.vault.close(); // from here on only the processes serve

    bucket = await createBucket({ isVersioned: true, isLocked: true });
    const prefix = uniqueName("tenants");
    const aws = { AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: endpoint };
    await secretsManager(aws).send(
      new CreateSecretCommand({
        Name: `${prefix}/tenants/${clientId}`,
        SecretString: JSON.stringify(await stack.tenants.secret(clientId)),
      }),
    );
    const bootstrap = uniqueName("vault");
    const apiKey = "k".repeat(32);
    await secretsManager(aws).send(
      new CreateSecretCommand({ Name: bootstrap, SecretString: JSON.stringify({ VAULT_JUDGE_API_KEY: apiKey }) }),
    );
    const url = new URL(TEST_DATABASE_URL ?? "");
    url.pathname = `/${stack.controlPlaneName}`;
    environment = {
      ...process.env,
      ...aws,
      AWS_SECRET_NAME: bootstrap,
      DATABASE_URL: url.toString(),
      TENANT_SECRET_PREFIX: prefix,
      VAULT_CLEARANCE_SQS_QUEUE_URL: (await createQueue()).url,
      VAULT_CLEARANCE_SQS_WAIT_TIME_SECONDS: "1",
      VAULT_CLEARANCE_ASYNC_WORKERS: "4",
      VAULT_LEDGER_ANCHOR_BUCKET: bucket,
      VAULT_LEDGER_ANCHOR_PREFIX: "anchors",
      VAULT_LEDGER_REQUIRE_OBJECT_LOCK: "true",
      VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: "1",
      VAULT_RATE_LIMIT_REDIS_URL: TEST_REDIS_URL,
      VAULT_PRIVATE_KEY_FILE: join(stack.directory, "signing-key.pem"),
      VAULT_HOST: "127.0.0.1",
      VAULT_JUDGE_URL: judgeUrl,
      JUDGE_API_KEY: apiKey,
      JUDGE_PORT: "8223",
      EMBEDDING_MODEL: "local",
      EVAL_MODEL: "local",
    };
    await start("judge", `${judgeUrl}/health`);
    for (const each of urls) await start("vault", `${each}/ready`, { VAULT_PORT: new URL(each).port });
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await stack.close();
  });

  async function start(service: "vault" | "judge", probe: string, more: Record<string, string> = {}): Promise<void> {
    children.push(fork(join(services, service, "main.ts"), { env: { ...environment, ...more }, execArgv: [], stdio: "ignore" }));
    const isUp = () =>
      fetch(probe).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(isUp, (up) => up);
  }

  it("decide what either was asked, once each, and anchor it under a lock", async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        agent("POST", `${urls[i % 2]}/request-clearance`, { tool_name: "pay", tool_args: { amount: i }, agent_id: `bot-${i}` }),
      ),
    );
    for (const { body } of answers) {
      const settled = await until(
        () => agent("GET", `${urls[0]}/clearance-status/${body.request_id}`),
        (answer) => answer.body.status !== "processing",
      );
      expect(settled.body.status).toBe("approved");
      const { entries } = (await agent("GET", `${urls[1]}/ledger?request_id=${body.request_id}`)).body;
      expect(entries).toHaveLength(1);
    }
    const { body } = await until(
      () => agent("GET", `${urls[0]}/ledger/checkpoints`),
      (answer) => answer.body.checkpoints?.[0]?.export_status === "exported",
    );
    const { checkpoints } = checkpointList.parse(body);
    expect(checkpoints[0]).toMatchObject({ export_target: "s3", export_uri: expect.stringContaining(`s3://${bucket}/anchors/`) });
    const store = s3Anchor({
      client: s3Client(),
      bucket,
      prefix: "anchors",
      requireVersioning: true,
      lock: null,
      now: () => new Date(),
    });
    expect(await store.list(clientId)).toHaveLength(checkpoints.length);
  });

  it("are told to end: not ready, what is held is answered, and nothing is cut off", async () => {
    const url = "http://127.0.0.1:8226";
    await start("vault", `${url}/ready`, { VAULT_PORT: "8226", VAULT_DRAIN_SECONDS: "2" });
    const replica = children.at(-1);
    const { body } = await agent("POST", `${url}/request-clearance`, { tool_name: "unknown_tool", tool_args: {} });
    const held = agent("GET", `${url}/clearance-status/${body.request_id}?wait=30`);
    const stream = fetch(`${url}/reviews/stream`, {
      headers: { "x-vault-api-key": (await stack.addKey(clientId, { scopes })).key },
    });
    const reader = (await stream).body?.getReader();
    await reader?.read();
    const ended = once(replica ?? new EventEmitter(), "exit");
    replica?.kill("SIGTERM");
    await until(
      () => fetch(`${url}/ready`).then(({ status }) => status),
      (status) => status === 503,
    );
    expect((await agent("GET", `${url}/clearance-status/${body.request_id}`)).status).toBe(200); // it goes on serving
    expect((await held).body.status).toBe("pending_review");
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read());
    expect(await ended).toEqual([0, null]);
  });

  it("refuse to start on a bucket that keeps no versions, and say which", async () => {
    const careless = await createBucket({ isVersioned: false });
    const { exit, message } = await refusedStart("vault", {
      ...environment,
      VAULT_LEDGER_ANCHOR_BUCKET: careless,
      VAULT_PORT: "8224",
    });
    expect(exit).toEqual([1, null]);
    expect(message).toContain(`The anchor bucket ${careless} keeps no versions.`);
    expect(message).not.toContain("    at ");
  });

  it("sign with a key in KMS", async () => {
    const kms = await startKmsDouble();
    const port = "8225";
    // The one endpoint of the environment is KMS here, so the other parts are the embedded ones.
    const { TENANT_SECRET_PREFIX, VAULT_CLEARANCE_SQS_QUEUE_URL, VAULT_LEDGER_ANCHOR_BUCKET, AWS_SECRET_NAME, ...rest } =
      environment;
    environment = {
      ...rest,
      AWS_ENDPOINT_URL: kms.url,
      VAULT_SIGNER_BACKEND: "aws_kms",
      VAULT_KMS_KEY_ID: kms.addKey(),
      VAULT_KEY_ID: "kms-key",
      VAULT_SECRETS_DIR: join(stack.directory, "secrets"),
      VAULT_ANCHOR_DIR: join(stack.directory, "anchors"),
      VAULT_JUDGE_API_KEY: "k".repeat(32),
    };
    await start("vault", `http://127.0.0.1:${port}/ready`, { VAULT_PORT: port });
    const { body } = await agent("POST", `http://127.0.0.1:${port}/request-clearance`, {
      tool_name: "pay",
      tool_args: { amount: 1 },
    });
    expect(body.status).toBe("approved");
    const header = JSON.parse(Buffer.from(body.token.split(".")[0], "base64url").toString());
    expect(header.kid).toBe("kms-key");
    const consumed = await agent("POST", `http://127.0.0.1:${port}/consume-token`, { token: body.token });
    expect(consumed.status).toBe(200);
    kms.close();
  });
});
