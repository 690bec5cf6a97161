import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JudgeUnavailable, judgeClient } from "./judge-client.ts";
import { localSigner, readOrCreateKeyFile, readPrivateKey } from "./local-signer.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-adapters-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("a signing key", () => {
  it("is made once, for its owner alone", async () => {
    const path = join(directory, "keys", "signing-key.pem");
    const [first, second] = [await readOrCreateKeyFile(path), await readOrCreateKeyFile(path)];
    expect(second.equals(first)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
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
