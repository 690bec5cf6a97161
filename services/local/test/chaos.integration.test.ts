import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { secretsManager } from "@ledgix/tenancy/aws-secrets";
import { createBucket, createQueue, endpoint, s3Client, sqsClient, uniqueName } from "@ledgix/vault/test/aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { faultsOf, type Observed } from "./chaos-checker.ts";
import { outageProxy } from "./outage-proxy.ts";
import { type Caller, type Stack, startStack, until } from "./stack.ts";

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;

/** Seconds of each outage: short ones, or with CHAOS=full those that the promises name. */
const isFull = process.env.CHAOS === "full";
const WITHOUT_POSTGRES = isFull ? 30 : 10;
const WITHOUT_S3 = isFull ? 180 : 30;
const WITHOUT_REDIS = 10;
const KILLS = 20;
const CALLERS = 12;
const SKEW_SECONDS = "60";

const countRow = z.object({ count: z.coerce.number() });

describe.runIf(TEST_DATABASE_URL && TEST_REDIS_URL && endpoint)("three replicas under load", () => {
  const services = join(import.meta.dirname, "../..");
  const ports = [8231, 8232, 8233];
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const judgeUrl = "http://127.0.0.1:8234";
  const replicas: (ChildProcess | null)[] = [null, null, null];
  const cleanUp: (() => unknown)[] = [];
  let stack: Stack;
  let environment: NodeJS.ProcessEnv;
  let agent: Caller;
  let reviewers: Caller[];
  let postgres: Awaited<ReturnType<typeof outageProxy>>;
  let redis: Awaited<ReturnType<typeof outageProxy>>;
  let place: { databaseUrl: string; bucket: string; queue: string; clientId: string };
  let isS3Away = false;

  beforeAll(async () => {
    stack = await startStack();
    const clientId = await stack.addTenant();
    agent = await stack.addKey(clientId);
    reviewers = [await stack.addMember(clientId, "reviewer"), await stack.addMember(clientId, "reviewer")];
    const owner = await stack.addMember(clientId, "owner");
    const rules = ["Approve when amount is at most 100.", "Deny when amount is over 500."];
    await owner("POST", "/register-policy", { policy_id: "p", rules });
    await stack.vault.close();

    const server = new URL(TEST_DATABASE_URL ?? "");
    postgres = await outageProxy({ host: server.hostname, port: Number(server.port) });
    const redisServer = new URL(TEST_REDIS_URL ?? "");
    redis = await outageProxy({ host: redisServer.hostname, port: Number(redisServer.port) });
    cleanUp.push(postgres.close, redis.close);
    const throughProxy = (dsn: string) => Object.assign(new URL(dsn), { port: String(postgres.port) }).toString();

    const bucket = await createBucket({ isVersioned: true, isLocked: true });
    const awsUrl = await awsWithoutBucket(bucket);
    const prefix = uniqueName("tenants");
    const secret = await stack.tenants.secret(clientId);
    await secretsManager({ AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: endpoint }).send(
      new CreateSecretCommand({
        Name: `${prefix}/tenants/${clientId}`,
        SecretString: JSON.stringify({ ...secret, database_url: throughProxy(secret.database_url) }),
      }),
    );
    const queue = (await createQueue(50)).url;
    server.pathname = `/${stack.controlPlaneName}`;
    const apiKey = "k".repeat(32);
    environment = {
      ...process.env,
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL: awsUrl,
      DATABASE_URL: throughProxy(server.toString()),
      TENANT_SECRET_PREFIX: prefix,
      VAULT_CLEARANCE_SQS_QUEUE_URL: queue.replace(endpoint, awsUrl),
      VAULT_CLEARANCE_SQS_WAIT_TIME_SECONDS: "1",
      VAULT_CLEARANCE_SQS_VISIBILITY_TIMEOUT_SECONDS: "3",
      VAULT_CLEARANCE_ASYNC_WORKERS: "3",
      VAULT_LEDGER_ANCHOR_BUCKET: bucket,
      VAULT_LEDGER_REQUIRE_OBJECT_LOCK: "true",
      VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: "1",
      VAULT_RATE_LIMIT_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      VAULT_RATE_LIMIT_RPS: "1000",
      VAULT_RATE_LIMIT_BURST: "2000",
      VAULT_PRIVATE_KEY_FILE: join(stack.directory, "signing-key.pem"),
      SUPABASE_JWT_SECRET: stack.deps.config.SUPABASE_JWT_SECRET,
      VAULT_HOST: "127.0.0.1",
      VAULT_JUDGE_URL: judgeUrl,
      VAULT_JUDGE_API_KEY: apiKey,
      JUDGE_API_KEY: apiKey,
      JUDGE_PORT: "8234",
      JUDGE_UVICORN_WORKERS: "1",
      JUDGE_ENDPOINT_RATE_LIMIT: "100000/minute",
      EMBEDDING_MODEL: "local",
      EVAL_MODEL: "local",
    };
    place = { databaseUrl: secret.database_url, bucket, queue, clientId };
    const judge = fork(join(services, "judge/main.ts"), { env: environment, execArgv: [], stdio: "ignore" });
    cleanUp.push(() => judge.kill("SIGKILL"));
    await isUp(`${judgeUrl}/health`);
    for (const i of replicas.keys()) start(i);
    for (const url of urls) await isUp(`${url}/ready`);
  });
  afterAll(async () => {
    for (const replica of replicas) replica?.kill("SIGKILL");
    for (const step of cleanUp) step();
    await stack.close();
  });

  /** The AWS API, of which one bucket can be away. */
  async function awsWithoutBucket(bucket: string): Promise<string> {
    const target = new URL(endpoint);
    const server = createServer((incoming, outgoing) => {
      if (isS3Away && incoming.url?.startsWith(`/${bucket}`)) {
        incoming.destroy();
        return;
      }
      const { hostname, port } = target;
      const passed = httpRequest(
        { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      passed.on("error", () => outgoing.destroy());
      incoming.pipe(passed);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanUp.push(() => server.close());
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  /** The third replica's clock is ahead. */
  function start(i: number): void {
    const skew = i === 2 ? ["--import", join(import.meta.dirname, "skewed-clock.mjs")] : [];
    replicas[i] = fork(join(services, "vault/main.ts"), {
      env: { ...environment, VAULT_PORT: String(ports[i]), SKEW_SECONDS },
      execArgv: skew,
      stdio: "ignore",
    });
  }

  async function restart(i: number): Promise<void> {
    const replica = replicas[i];
    if (replica && replica.exitCode === null && replica.signalCode === null) {
      const gone = once(replica, "exit");
      replica.kill("SIGKILL");
      await gone;
    }
    start(i);
  }

  const isUp = (url: string) =>
    until(
      () =>
        fetch(url).then(
          ({ ok }) => ok,
          () => false,
        ),
      (up) => up,
    );
  const anyUrl = () => urls[Math.floor(Math.random() * urls.length)] ?? "";

  it("lose nothing, double nothing and fork nothing, whatever is killed or away", async () => {
    const observed: Observed = { requests: new Map(), consumed: new Map(), decided: new Map() };
    let isOver = false;
    const answers: Record<string, number> = {};
    /** Null where no answer came, as when the replica was killed. */
    const call = async (caller: Caller, method: string, path: string, body?: unknown, key?: string) => {
      const answer = await caller(method, `${anyUrl()}${path}`, body, key ? { "idempotency-key": key } : {}).catch(() => null);
      answers[answer?.status ?? 0] = (answers[answer?.status ?? 0] ?? 0) + 1;
      return answer;
    };

    async function consume(requestId: string, token: string): Promise<void> {
      const both = await Promise.all([0, 1].map(() => call(agent, "POST", "/consume-token", { token }, crypto.randomUUID())));
      const times = both.filter((answer) => answer?.status === 200).length;
      if (times > 0) observed.consumed.set(requestId, (observed.consumed.get(requestId) ?? 0) + times);
    }
    async function decide(requestId: string): Promise<void> {
      await Promise.all(
        reviewers.map(async (reviewer, i) => {
          const body = { approved: i === 0, review_reason: "chaos" };
          const answer = await call(reviewer, "POST", `/reviews/${requestId}/decision`, body, crypto.randomUUID());
          if (answer?.status === 200) observed.decided.set(requestId, [...(observed.decided.get(requestId) ?? []), i === 0]);
        }),
      );
    }
    async function caller(): Promise<void> {
      while (!isOver) {
        const key = crypto.randomUUID();
        const amount = Math.floor(Math.random() * 700);
        const body = { tool_name: "pay", tool_args: { amount, key }, agent_id: `bot-${amount % 8}` };
        for (let isAnswered = false; !isAnswered && !isOver; ) {
          const answer = await call(agent, "POST", "/request-clearance", body, key);
          isAnswered = answer?.status === 200 || answer?.status === 202;
          if (!answer || !isAnswered) {
            await sleep(200);
            continue;
          }
          const { request_id, token, status } = answer.body;
          const first = observed.requests.get(key);
          if (first !== undefined && first !== request_id) throw new Error(`The key ${key} became two requests.`);
          observed.requests.set(key, request_id);
          if (token) await consume(request_id, token);
          if (status === "pending_review" && amount % 2 === 0) await decide(request_id);
        }
      }
    }
    const load = Promise.all(Array.from({ length: CALLERS }, caller));

    isS3Away = true;
    const s3Back = sleep(WITHOUT_S3 * 1000).then(() => {
      isS3Away = false;
    });
    for (let kill = 0; kill < KILLS; kill++) {
      const i = kill % replicas.length;
      await restart(i);
      // The queue delivers at least once: here it surely delivers again.
      const again = [...observed.requests.values()].at(-1);
      if (again) await redeliver(again);
      if (kill === 5) redis.cut();
      if (kill === 5) void sleep(WITHOUT_REDIS * 1000).then(redis.restore);
      await sleep(isFull ? 1500 : 700);
    }
    for (const url of urls) await isUp(`${url}/ready`);

    postgres.cut();
    await until(
      () => Promise.all(urls.map((url) => fetch(`${url}/ready`).then(({ status }) => status))),
      (statuses) => statuses.every((status) => status === 503),
    );
    const during = observed.requests.size;
    await sleep(WITHOUT_POSTGRES * 1000);
    expect(observed.requests.size - during).toBe(0); // nothing is acknowledged that could not be kept
    postgres.restore();
    for (const url of urls) await isUp(`${url}/ready`);
    // On a slow machine replicas mostly start while they are killed so often: the run goes on until enough was asked of them.
    await until(
      async () => [observed.requests.size, observed.consumed.size, observed.decided.size],
      ([requests = 0, consumed = 0, decided = 0]) => requests > 100 && consumed > 5 && decided > 5,
    );
    await s3Back;
    isOver = true;
    await load;

    await settle();
    const jwks = await (await fetch(`${urls[0]}/.well-known/jwks.json`)).json();
    const faults = await faultsOf({ ...place, s3: s3Client(), prefix: "", jwks }, observed);
    expect(faults).toEqual([]);
    console.log(
      JSON.stringify({
        kills: KILLS,
        requests: observed.requests.size,
        consumed: observed.consumed.size,
        decided: observed.decided.size,
        answers,
      }),
    );
  }, 900_000);

  const redeliver = (requestId: string) =>
    sqsClient().send(
      new SendMessageCommand({
        QueueUrl: place.queue,
        MessageBody: JSON.stringify({ clientId: place.clientId, requestId, agentId: "bot-0" }),
        MessageGroupId: "group-redelivered",
        MessageDeduplicationId: crypto.randomUUID(),
      }),
    );

  /** Until everything is decided, in a checkpoint, and anchored: what was lost would keep this waiting. */
  async function settle(): Promise<void> {
    const database = await stack.tenants.database(place.clientId);
    const open = `select (select count(*) from clearance_requests where status = 'processing')
      + (select count(*) from ledger_events where leaf_index is null)
      + (select count(*) from ledger_checkpoints where export_status = 'pending') as count`;
    for (let i = 0; i < 120; i++) {
      const row = await database.row(countRow, open);
      if (row?.count === 0) return;
      await sleep(1000);
    }
    throw new Error("Something is still open after two minutes.");
  }
});
