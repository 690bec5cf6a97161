import { hashLeaf } from "@ledgix/ledger/hash";
import { readNode } from "@ledgix/ledger/tiles";
import { rootHash } from "@ledgix/ledger/tree";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { readNote, verifyBundle } from "@ledgix/verifier";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofOf } from "./proof-of.ts";
import { startWitness } from "./witness-double.ts";

// What a stranger needs who trusts no part of Vault: notes, tiles, witnesses, and a verifier that shares no code with the log.

let stack: Stack;
let clientId: string;
let agent: Caller;
let witness: Awaited<ReturnType<typeof startWitness>>;
beforeAll(async () => {
  witness = await startWitness({ now: () => 1_790_000_000 });
  stack = await startStack({ environment: { VAULT_LEDGER_WITNESSES: `${witness.url} ${witness.verifierKey}` } });
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
});
afterAll(async () => {
  await stack.close();
  await witness.close();
});

const ask = async (count: number) => {
  for (let i = 0; i < count; i++) await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { i } });
};
const readBytes = async (path: string) => {
  const parts: Uint8Array[] = [];
  for await (const part of await agent.stream(path, AbortSignal.timeout(10_000))) parts.push(part);
  return Buffer.concat(parts);
};
const newestNote = async () => {
  const { body, headers } = await until(
    () => agent("GET", "/ledger/checkpoint"),
    ({ status }) => status === 200,
  );
  const key = headers.get("x-ledgix-verifier-key") ?? "";
  return { note: String(body), key, read: await readNote(String(body), [key, witness.verifierKey]) };
};

describe("a stranger", () => {
  it("makes the root of the note from tiles, and the tiles from entries", async () => {
    await ask(20);
    const { read } = await newestNote();
    const leaves = await readBytes(`/ledger/tile/0/000.p/${read.treeSize}`);
    expect(leaves).toHaveLength(read.treeSize * 32);
    const root = rootHash(read.treeSize, (node) => readNode(node, () => leaves));
    expect(Buffer.from(root, "hex").toString("base64")).toBe(read.rootHash);

    const bundle = await readBytes(`/ledger/tile/entries/000.p/${read.treeSize}`);
    for (let i = 0; i < read.treeSize; i++) {
      expect(bundle.readUInt16BE(i * 34)).toBe(32);
      const entry = bundle.subarray(i * 34 + 2, (i + 1) * 34).toString("hex");
      expect(hashLeaf(entry)).toBe(leaves.subarray(i * 32, (i + 1) * 32).toString("hex"));
    }
  });

  it.each([
    "0/000",
    "0/0",
    "0/001.p/1",
    "0/000.p/0",
    "0/000.p/256",
    "64/000.p/1",
    "00/000.p/1",
    "0/x000/000.p/1",
    "entries/000",
    "0/%2e%2e",
  ])("finds no tile at %s", async (path) => expect((await agent("GET", `/ledger/tile/${path}`)).status).toBe(404));

  it("verifies a bundle, against keys from the JWKS", async () => {
    const { body } = await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount: 9.5, to: "é" } });
    const bundle = await proofOf(agent, { request_id: body.request_id });
    const { body: jwks } = await agent("GET", "/.well-known/jwks.json");
    const keys = jwks.keys.map(({ kid, x }: { kid: string; x: string }) => ({ key_id: kid, x }));
    expect(await verifyBundle(bundle, { keys })).toMatchObject({ isIntact: true });
    expect(await verifyBundle({ ...bundle, event: { ...bundle.event, reason: "other" } }, { keys })).toMatchObject({
      isIntact: false,
    });
  });
});

describe("a witness", () => {
  it("cosigns once it knows the log, follows it from where it stood, and its signature is under the note", async () => {
    const before = await newestNote();
    expect(before.read.signedBy.map(({ name }) => name)).toEqual([before.read.origin]);
    expect(witness.refusals).toContain(404);
    witness.trust(before.read.origin, before.key);
    const cosigned = await until(newestNote, ({ read }) => read.signedBy.length === 2);
    expect(cosigned.read.signedBy[1]).toEqual({ name: "witness.example/w1", at: 1_790_000_000 });

    await ask(3);
    const grown = await until(newestNote, ({ read }) => read.treeSize > cosigned.read.treeSize && read.signedBy.length === 2);
    expect(witness.logs.get(before.read.origin)?.size).toBe(grown.read.treeSize);
    expect(witness.refusals.filter((status) => status === 422)).toEqual([]);
  });

  it("that stands elsewhere says so, and is met there", async () => {
    const size = (await newestNote()).read.treeSize;
    const database = await stack.tenants.database(clientId);
    await database.run("update ledger_witnesses set tree_size = 1");
    await ask(1);
    await until(newestNote, ({ read }) => read.treeSize > size && read.signedBy.length === 2);
    expect(witness.refusals).toContain(409);
  });
});
