import { generateKeyPairSync, verify } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryAnchor } from "./directory-anchor.ts";
import { JudgeUnavailable, judgeClient } from "./judge-client.ts";
import { localSigner, readOrCreateKeyFile, readPrivateKey } from "./local-signer.ts";
import { memoryQueue } from "./memory-queue.ts";
import { memoryRateLimit } from "./memory-rate-limit.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-adapters-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("a signer", () => {
  it("makes its key once, for its owner alone, and signs what the published key verifies", async () => {
    const path = join(directory, "keys", "signing-key.pem");
    const [first, second] = [await readOrCreateKeyFile(path), await readOrCreateKeyFile(path)];
    expect(second.equals(first)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const signer = localSigner("k", first);
    const payload = new TextEncoder().encode("payload");
    const signature = await signer.sign(payload);
    expect(verify(null, payload, { key: { ...signer.publicJwk }, format: "jwk" }, signature)).toBe(true);
    expect(await signer.sign(payload)).toEqual(signature);
  });

  it("reads PEM, and base64 of PKCS #8 or of the seed, and says so of anything else", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const der = privateKey.export({ format: "der", type: "pkcs8" });
    for (const text of [
      privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      der.toString("base64"),
      der.subarray(-32).toString("base64"),
    ]) {
      expect(readPrivateKey(text).equals(privateKey)).toBe(true);
    }
    expect(() => readPrivateKey("c2hvcnQ=")).toThrow(/takes an Ed25519 key/);
    expect(() => localSigner("k", generateKeyPairSync("x25519").privateKey)).toThrow(/not an Ed25519/);
  });
});

describe("a clearance queue", () => {
  const message = (requestId: string) => ({ clientId: "c", requestId });

  it("hands out every message, no more at once than it has workers", async () => {
    const queue = memoryQueue({ workers: 3, depth: 100 });
    let [atWork, most] = [0, 0];
    const done: string[] = [];
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        most = Math.max(most, ++atWork);
        await new Promise((next) => setTimeout(next, 1));
        atWork--;
        done.push(requestId);
        if (done.length === 50) resolve();
      }),
    );
    for (let i = 0; i < 50; i++) expect(await queue.send(message(String(i)))).toBe(true);
    await finished;
    expect([most, new Set(done).size]).toEqual([3, 50]);
    await queue.close();
    expect(await queue.send(message("late"))).toBe(false);
  });

  it("says when it is full instead of growing", async () => {
    const queue = memoryQueue({ workers: 1, depth: 2 });
    expect([await queue.send(message("1")), await queue.send(message("2")), await queue.send(message("3"))]).toEqual([
      true,
      true,
      false,
    ]);
    await queue.close();
  });
});

describe("a rate limit", () => {
  it("lets a burst through, then the rate, for each principal by itself", async () => {
    let at = 0;
    const limit = memoryRateLimit({ rps: 2, burst: 3, ttlSeconds: 60, now: () => at });
    const take = (principal: string) => limit.take(principal);
    expect([await take("a"), await take("a"), await take("a")]).toEqual([null, null, null]);
    expect(await take("a")).toBe(1);
    expect(await take("b")).toBeNull();
    at = 500;
    expect(await take("a")).toBeNull();
    expect(await take("a")).toBe(1);
    at = 120_000;
    expect([await take("a"), await take("a"), await take("a"), await take("a")]).toEqual([null, null, null, 1]);
  });

  it("is off at 0", async () => {
    const limit = memoryRateLimit({ rps: 0, burst: 1, ttlSeconds: 1, now: () => 0 });
    for (let i = 0; i < 100; i++) expect(await limit.take("a")).toBeNull();
  });
});

describe("an anchor store", () => {
  it("takes the same bytes twice, and never other bytes under one name", async () => {
    const store = directoryAnchor(join(directory, "anchors"));
    const client = crypto.randomUUID();
    const first = await store.put(client, "checkpoint-1.json", "{}");
    expect(await store.put(client, "checkpoint-1.json", "{}")).toEqual(first);
    await expect(store.put(client, "checkpoint-1.json", "other")).rejects.toThrow(/another checkpoint/);
    expect(await readFile(join(directory, "anchors", client, "checkpoint-1.json"), "utf8")).toBe("{}");
    await expect(store.put("../outside", "x", "")).rejects.toThrow();
    await expect(store.put(client, "../x", "")).rejects.toThrow();
  });
});

describe("the judge's client", () => {
  const good = {
    verdict: "allow",
    confidence: 0.9,
    reason: "fine",
    reason_code: "rule_allow",
    policy_id: null,
    policy_version_id: null,
    policy_content_hash: null,
    citations: [],
  };
  const call = {
    client_id: crypto.randomUUID(),
    request_id: "r",
    tool_name: "t",
    tool_args: {},
    agent_id: "a",
    session_id: "",
    context: {},
    data_categories: [],
  };

  it.each([
    ["an error", 500, JSON.stringify(good)],
    ["a redirect", 302, ""],
    ["text that is no JSON", 200, "approve!"],
    ["another verdict", 200, JSON.stringify({ ...good, verdict: "approve" })],
    ["a confidence beyond 1", 200, JSON.stringify({ ...good, confidence: 7 })],
    ["a reason code that nobody knows", 200, JSON.stringify({ ...good, reason_code: "because" })],
    ["nothing in time", 0, ""],
  ])("takes %s for a judge that is away", async (_name, status, body) => {
    const server = createServer((_request, response) => {
      if (status !== 0) response.writeHead(status, { location: "/elsewhere" }).end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    await expect(judgeClient({ url, apiKey: "k", timeoutSeconds: 1 }).evaluate(call)).rejects.toBeInstanceOf(JudgeUnavailable);
    server.closeAllConnections();
    server.close();
  });

  it("waits for its turn at a judge that is busy, and gives up in time", async () => {
    let calls = 0;
    const server = createServer((_request, response) => {
      calls++;
      if (calls === 1) response.writeHead(429, { "retry-after": "1" }).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(good));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    expect(await judgeClient({ url, apiKey: "k", timeoutSeconds: 5 }).evaluate(call)).toMatchObject({ verdict: "allow" });
    calls = 0;
    await expect(judgeClient({ url, apiKey: "k", timeoutSeconds: 0.3 }).evaluate(call)).rejects.toBeInstanceOf(JudgeUnavailable);
    server.closeAllConnections();
    server.close();
  });
});
