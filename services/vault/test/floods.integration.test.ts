import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Caller, type Replica, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { memoryRateLimit } from "@ledgix/vault/adapters/memory-rate-limit";
import { evaluateRequest } from "@ledgix/vault/clearance/evaluate";
import type { VaultDependencies } from "@ledgix/vault/dependencies";
import { notifyTenant } from "@ledgix/vault/notifications/notifier";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
let acme: string;
let owner: Caller;
let agent: Caller;
beforeAll(async () => {
  stack = await startStack();
  acme = await stack.addTenant("Acme");
  owner = await stack.addMember(acme, "owner");
  agent = await stack.addKey(acme);
});
afterAll(() => stack.close());

describe("one tenant's pattern holds nobody up", () => {
  const rule = (tool: string) => ({ rules: [{ id: "r", name: "Stars", when: { tools: [tool] } }] });

  it("whatever stars it has, and however a name resists", async () => {
    const saved = await owner("PUT", "/review-settings", rule("*a*a*a*a*a*b"));
    expect(saved.status).toBe(200);
    const asked = await agent("POST", "/request-clearance", { tool_name: "a".repeat(256) });
    expect(asked.body.status).toBe("pending_review");
  });

  it("kept from before there was a limit", async () => {
    const database = await stack.tenants.database(acme);
    const { body: before } = await owner("GET", "/review-settings");
    await database.run(
      "update settings set value = replace(value::text, '*a*a*a*a*a*b', $1)::json where value::text like '%*a*a*%'",
      [`${"*a".repeat(100)}*b`],
    );
    expect((await owner("GET", "/review-settings")).body.rules[0].when.tools[0]).not.toBe(before.rules[0].when.tools[0]);
    const asked = await agent("POST", "/request-clearance", { tool_name: "a".repeat(256), tool_args: { n: 2 } });
    expect(asked.body.status).toBe("pending_review");
  });

  it("and more than ten stars are refused in words", async () => {
    const { status, body } = await owner("PUT", "/review-settings", rule("*a".repeat(11)));
    expect([status, body.code]).toEqual([422, "invalid_body"]);
    expect(body.detail).toContain("may have 10 stars");
  });
});

describe("what an agent calls its arguments holds nobody up", () => {
  afterAll(() => owner("PUT", "/review-settings", { rules: [] }));
  // Spelled out, the paths of these are 200 times as long as the call, and more than a process has room for.
  const within = Object.fromEntries(Array.from({ length: 12_000 }, (_, n) => [`amount${n.toString(36)}`, n]));

  it.each<[what: string, tool: string, args: object]>([
    ["many within a long name", "deep", { ["a".repeat(50_000)]: within }],
    ["many within a long name of other letters", "deeper", { ["\u{e9}\u{20ac}".repeat(10_000)]: within }],
    ["many within a long name in a list", "listed", { items: [{ ["a".repeat(50_000)]: within }] }],
    ["an amount that no mapping can name", "euros", { "amount \u{20ac}": 5, "currency?": "EUR", "?.email": "a@example.com" }],
    ["names that are not there", "nameless", { "": { "": { amount: 1 } }, ".": 1, "amount.": 2 }],
    ["a tool that does everything", "refund_payment_transfer_order_delete_export_email_deploy_shutdown_update_discount", {}],
  ])("%s", async (_, tool, args) => {
    const rules = [{ id: "r", name: "Big", when: { amount_over: 1000 }, approvals: 2 }];
    expect((await owner("PUT", "/review-settings", { rules })).status).toBe(200);
    const asked = await agent("POST", "/request-clearance", { tool_name: tool, tool_args: args });
    expect([asked.status, asked.body.status]).toEqual([200, "pending_review"]);
    const { status, body } = await owner("GET", "/tools");
    expect([status, body.tools.map((each: { tool_name: string }) => each.tool_name)]).toEqual([
      200,
      expect.arrayContaining([tool]),
    ]);
  });
});

describe("what ends a process is set aside for a person", () => {
  /** Never comes back, as where the process ended. */
  const ended = (): VaultDependencies => ({
    ...stack.deps,
    judge: { ...stack.deps.judge, evaluate: () => new Promise(() => {}) },
  });
  const timesOf = async (id: string) => {
    const database = await stack.tenants.database(acme);
    const count = await database.run(
      "update clearance_requests set judged_times = judged_times where request_id = $1 and judged_times = 2",
      [id],
    );
    return count;
  };

  it("a request, after the second time, and its judge is not asked again", async () => {
    const hanging = await stack.addReplica({ judge: ended().judge, environment: { VAULT_CLEARANCE_WAIT_MS: "50" } });
    const { body: asked } = await agent("POST", `${hanging.url}/request-clearance`, { tool_name: "poison" });
    expect(asked.status).toBe("processing");
    const message = { clientId: acme, requestId: asked.request_id, agentId: "a", isAgain: true };
    void evaluateRequest(ended(), message);
    for (let tries = 0; (await timesOf(asked.request_id)) === 0; tries++) {
      expect(tries).toBeLessThan(100);
      await sleep(50);
    }
    let isAsked = false;
    const evaluate: VaultDependencies["judge"]["evaluate"] = async () => {
      isAsked = true;
      throw new Error("It was asked a third time.");
    };
    const third = { ...stack.deps.judge, evaluate };
    await evaluateRequest({ ...stack.deps, judge: third }, message);
    const { body } = await agent("GET", `/clearance-status/${asked.request_id}`);
    expect([body.status, isAsked]).toEqual(["pending_review", false]);
    expect(body.reason).toBe("Judging this request stopped the service twice, so it is set aside and a person must decide.");
  }, 60_000);

  it("and not one whose judging merely failed, however often", async () => {
    const hanging = await stack.addReplica({ judge: ended().judge, environment: { VAULT_CLEARANCE_WAIT_MS: "50" } });
    const { body: asked } = await agent("POST", `${hanging.url}/request-clearance`, { tool_name: "unlucky" });
    const message = { clientId: acme, requestId: asked.request_id, agentId: "a", isAgain: true };
    const failing = { ...stack.deps.judge, evaluate: () => Promise.reject(new Error("The signer is away.")) };
    for (let n = 0; n < 4; n++)
      await expect(evaluateRequest({ ...stack.deps, judge: failing }, message)).rejects.toThrow("signer");
    await evaluateRequest(stack.deps, message);
    expect((await agent("GET", `/clearance-status/${asked.request_id}`)).body.reason).not.toContain("set aside");
  }, 60_000);

  it("and an event that cannot be planned holds up no other", async () => {
    const client = await stack.addTenant("Poisoned");
    const database = await stack.tenants.database(client);
    // A request id that is none: planning it throws each time.
    await database.run(
      `insert into outbox (type, request_id, payload) values ('review.pending', null, '{"status": 1, "role": {}}'::json)`,
    );
    await database.run(`update outbox set payload = '[]'::json`);
    const caller = await stack.addKey(client);
    await caller("POST", "/request-clearance", { tool_name: "pay" });
    for (let n = 0; n < 6; n++) await notifyTenant(stack.deps, client).catch(() => {});
    const left = await database.run("update outbox set planned_times = planned_times where planned_at is null");
    const counted = await database.run("update outbox set planned_times = planned_times where planned_times > 0");
    expect([left, counted]).toEqual([0, 1]);
  }, 60_000);
});

describe("whoever comes without a key is counted by address", () => {
  let replica: Replica;
  beforeAll(async () => {
    const environment = { VAULT_RATE_LIMIT_RPS: "1", VAULT_RATE_LIMIT_BURST: "2", VAULT_TRUSTED_PROXIES: "127.0.0.1" };
    replica = await stack.addReplica({ environment });
  });

  it.each([
    ["GET", "/health"],
    ["GET", "/ready"],
    ["GET", "/.well-known/jwks.json"],
    ["GET", "/openapi.json"],
    ["POST", "/slack/interactions"],
    ["POST", "/unsubscribe"],
    ["GET", "/ledger"],
  ])("%s %s", async (method, path) => {
    const from = `203.0.113.${Math.floor(Math.random() * 250)}`;
    const call = async (address: string) => {
      const headers = { "x-forwarded-for": `10.9.8.7, ${address}`, "x-vault-api-key": "sk_wrong" };
      const answer = await fetch(replica.url + path, { method, headers, ...(method === "POST" && { body: "{}" }) });
      await answer.arrayBuffer();
      return { status: answer.status, wait: Number(answer.headers.get("retry-after")) };
    };
    const answers = await Promise.all(Array.from({ length: 80 }, () => call(from)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ wait }) => wait >= 1 && wait <= 60)).toBe(true);
    expect((await call("198.51.100.4")).status).not.toBe(429);
  });

  it("and the description of the API is one text", async () => {
    const [first, second] = await Promise.all([1, 2].map(() => fetch(`${stack.vault.url}/openapi.json`).then((a) => a.text())));
    expect(first).toBe(second);
    expect(JSON.parse(first ?? "")).toHaveProperty("openapi");
  });

  it("and nothing of a body is waited for that Slack did not sign within five minutes", async () => {
    const stale = { "x-slack-request-timestamp": "1000000000", "x-slack-signature": `v0=${"0".repeat(64)}` };
    for (const framing of [{ "content-length": "200000" }, { "transfer-encoding": "chunked" }]) {
      const status = await new Promise((resolve, reject) => {
        const call = httpRequest(`${stack.vault.url}/slack/interactions`, { method: "POST", headers: { ...stale, ...framing } });
        call.once("response", (answer) => {
          resolve(answer.statusCode);
          call.destroy();
        });
        call.once("error", reject);
        call.write("payload="); // and never the rest
      });
      expect(status).toBe(401);
    }
  });
});

describe("what one caller holds open is bounded", () => {
  it("the ninth event stream ends the first", async () => {
    const member = await stack.addMember(acme, "reviewer");
    const over = new AbortController();
    const open = async () => (await member.stream("/reviews/stream", over.signal))[Symbol.asyncIterator]();
    const streams = [];
    for (let n = 0; n < 9; n++) {
      const stream = await open();
      expect((await stream.next()).done).toBe(false); // it began
      streams.push(stream);
    }
    const drained = async (stream: AsyncIterator<Uint8Array> | undefined) => {
      while (stream && !(await stream.next()).done);
      return "ended";
    };
    expect(await drained(streams[0])).toBe("ended");
    const last = drained(streams[8]).catch(() => "aborted");
    expect(await Promise.race([last, sleep(300, "open")])).toBe("open");
    over.abort();
    await Promise.allSettled([last]);
  });

  it("the sixty-fifth long poll answers the first", async () => {
    const poller = await stack.addKey(acme);
    const { body: asked } = await poller("POST", "/request-clearance", { tool_name: "pay", tool_args: { n: 65 } });
    const over = new AbortController();
    const poll = () =>
      fetch(`${stack.vault.url}/clearance-status/${asked.request_id}?wait=30`, {
        headers: { "x-vault-api-key": poller.key },
        signal: over.signal,
      }).then(({ status }) => status);
    const first = poll();
    await sleep(500);
    const others = Array.from({ length: 64 }, poll);
    expect(await Promise.race([first, sleep(15_000, "held")])).toBe(200);
    over.abort();
    await Promise.allSettled(others);
  });

  it("a key has fifty runtimes at most, whatever it calls itself", async () => {
    const caller = await stack.addKey(acme);
    for (let n = 0; n < 60; n++) await caller("GET", "/clearance-status/x", undefined, { "user-agent": `made-up/${n}` });
    const kept = () =>
      stack.controlPlane.run("update public.api_key_uses set runtime = runtime where key_id = $1", [caller.keyId]);
    await until(kept, (count) => count >= 50);
    await sleep(300); // the last of them are written behind their answers
    expect(await kept()).toBeLessThan(60); // some are written at one moment
  });

  it("and a stream's own looks at its reader count for nothing", async () => {
    const rateLimit = memoryRateLimit({ rps: 0.0001, burst: 2, ttlSeconds: 600, now: () => performance.now() });
    const limited = await stack.addReplica({ rateLimit });
    const member = await stack.addMember(acme, "reviewer");
    const over = new AbortController();
    const stream = (await member.stream(`${limited.url}/reviews/stream`, over.signal))[Symbol.asyncIterator]();
    for (let heard = ""; !heard.includes("still here"); heard = Buffer.from((await stream.next()).value ?? []).toString());
    expect((await member("GET", `${limited.url}/reviews`)).status).toBe(200);
    expect((await member("GET", `${limited.url}/reviews`)).status).toBe(429);
    over.abort();
  });
});
