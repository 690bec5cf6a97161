import { createHash, verify } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkpoint, LedgerEntry } from "@ledgix/contract/ledger";
import { checkpointList, ledgerPage } from "@ledgix/contract/ledger";
import { verifyConsistency } from "@ledgix/ledger/tree";
import { verifyBundle, verifyChain, verifyEntry, verifyWithKeys } from "@ledgix/ledger/verify";
import { type LogSource, verifyLog } from "@ledgix/ledger/verify-log";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { anchorCheckpoints } from "@ledgix/vault/ledger/anchor";
import { sequenceEvents } from "@ledgix/vault/ledger/sequence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofOf } from "./proof-of.ts";

let stack: Stack;
let clientId: string;
let agent: Caller;
let compliance: Caller;
beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  compliance = await stack.addMember(clientId, "compliance");
});
afterAll(() => stack.close());

const ask = async (i: number) =>
  (await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { i, note: `é<${i}>` } })).body.request_id;
const chain = async (): Promise<Checkpoint[]> =>
  checkpointList.parse((await compliance("GET", "/ledger/checkpoints?limit=24")).body).checkpoints.reverse();

describe("the ledger", () => {
  it("proves every entry offline, and no entry that was changed", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)));
    for (const id of ids) {
      const bundle = await proofOf(compliance, { request_id: id });
      expect((await verifyBundle(bundle)).filter((check) => check.outcome === "failed")).toEqual([]);
      const forged = structuredClone(bundle);
      forged.event.tool_args = { ...forged.event.tool_args, i: 999 };
      expect((await verifyBundle(forged)).some((check) => check.outcome === "failed")).toBe(true);
      const moved = structuredClone(bundle);
      moved.inclusion.leaf_index = (moved.inclusion.leaf_index + 1) % moved.inclusion.tree_size;
      expect((await verifyBundle(moved)).some((check) => check.outcome === "failed")).toBe(bundle.inclusion.tree_size > 1);
    }
  });

  it("serves redacted entries by default, whose leaf and receipt still verify", async () => {
    const { keys } = await proofOf(compliance, { request_id: await ask(100) });
    const { entries } = ledgerPage.parse((await compliance("GET", "/ledger?limit=5")).body);
    for (const entry of entries) {
      expect(entry).toMatchObject({ intent_hash: "", tool_args: {}, citations: [], evidence_chunks: [], reason: "" });
      const checks = await verifyEntry(entry, verifyWithKeys(keys));
      expect(checks.map((check) => check.outcome)).toEqual(["skipped", "passed", "passed"]);
    }
    const full = ledgerPage.parse((await compliance("GET", "/ledger?limit=5&view=full")).body);
    for (const entry of full.entries)
      expect((await verifyEntry(entry, verifyWithKeys(keys))).every((check) => check.outcome === "passed")).toBe(true);
  });

  it("has a chain from its first checkpoint, each extending the one before", async () => {
    const { keys } = await proofOf(compliance, { request_id: await ask(101) });
    const checkpoints = await chain();
    expect(checkpoints[0]).toMatchObject({ checkpoint_id: 1, prev_checkpoint_hash: "" });
    expect(await verifyChain(checkpoints, verifyWithKeys(keys))).toMatchObject({ outcome: "passed" });
    for (const first of checkpoints) {
      for (const second of checkpoints.filter((checkpoint) => checkpoint.checkpoint_id >= first.checkpoint_id)) {
        const { body } = await compliance(
          "GET",
          `/ledger/proof/consistency?from=${first.checkpoint_id}&to=${second.checkpoint_id}`,
        );
        const sizes = { first_size: first.tree_size, second_size: second.tree_size };
        expect(verifyConsistency({ ...sizes, first_root: first.root_hash, second_root: second.root_hash, path: body.path })).toBe(
          true,
        );
      }
    }
    expect((await compliance("GET", "/ledger/verify")).body).toMatchObject({
      intact: true,
      verified_checkpoints: checkpoints.length,
    });
  });

  it("never forks and never changes an index while three replicas sequence at once", async () => {
    await Promise.all(Array.from({ length: 60 }, (_, i) => ask(200 + i)));
    const replicas = [stack.vault, await stack.addReplica(), await stack.addReplica()];
    const databases = await Promise.all(replicas.map((replica) => replica.deps.tenants.database(clientId)));
    const before = await placed();
    await Promise.all(
      databases.flatMap((database, i) => [0, 1].map(() => sequenceEvents(database, (replicas[i] ?? stack.vault).deps))),
    );
    const after = await placed();
    for (const [uuid, index] of before) expect(after.get(uuid)).toBe(index);
    expect([...after.values()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: after.size }, (_, i) => i));
    expect((await compliance("GET", "/ledger/verify")).body.intact).toBe(true);
    const sizes = (await chain()).map((checkpoint) => checkpoint.tree_size);
    expect(new Set(sizes).size).toBe(sizes.length);
  });

  it("notices a change in the stored log", async () => {
    const database = await stack.tenants.database(clientId);
    await until(
      () => compliance("GET", "/ledger?limit=1"),
      ({ body }) => body.entries[0].leaf_index !== null,
    );
    const flip = () =>
      database.run(`update ledger_events set sealed_content = set_byte(sealed_content, 20, get_byte(sealed_content, 20) # 1)
        where seq = (select max(seq) from ledger_events)`);
    await flip();
    expect((await compliance("GET", "/ledger/verify")).body).toMatchObject({
      intact: false,
      error: expect.stringContaining("content"),
    });
    await flip();
    expect((await compliance("GET", "/ledger/verify")).body.intact).toBe(true);
  });

  it("is told to public tools as a signed note that says the newest checkpoint", async () => {
    const { body: note, headers } = await compliance("GET", "/ledger/checkpoint");
    const [text = "", signatures = ""] = note.split("\n\n");
    const [origin, size, root] = text.split("\n");
    const [checkpoint] = checkpointList.parse((await compliance("GET", "/ledger/checkpoints?limit=1&strict=1")).body).checkpoints;
    expect([origin, Number(size)]).toEqual([`ledgix.local/ledger/${clientId}`, checkpoint?.tree_size]);
    expect(Buffer.from(root ?? "", "base64").toString("hex")).toBe(checkpoint?.root_hash);
    const [dash, name, blob = ""] = signatures.trimEnd().split(" ");
    expect([dash, name]).toEqual(["—", origin]);
    // signed-note: `<name>+<key id>+<base64 of type and key>`; a signature is the key id and 64 bytes.
    const [, , id, encoded = ""] = /^(.+?)\+([0-9a-f]{8})\+(.+)$/.exec(headers.get("x-ledgix-verifier-key") ?? "") ?? [];
    const typeAndKey = Buffer.from(encoded, "base64");
    const signature = Buffer.from(blob, "base64");
    expect(signature.subarray(0, 4).toString("hex")).toBe(id);
    const hash = createHash("sha256").update(`${name}\n`).update(typeAndKey).digest();
    expect([typeAndKey[0], hash.subarray(0, 4).toString("hex")]).toEqual([1, id]);
    const jwk = { kty: "OKP", crv: "Ed25519", x: typeAndKey.subarray(1).toString("base64url") };
    expect(verify(null, Buffer.from(`${text}\n`), { key: jwk, format: "jwk" }, signature.subarray(4))).toBe(true);
  });

  it("pages to its start, filters, and refuses what does not fit", async () => {
    const all: LedgerEntry[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = ledgerPage.parse((await compliance("GET", `/ledger?limit=37${cursor && `&cursor=${cursor}`}`)).body);
      all.push(...page.entries);
      cursor = page.next_cursor;
    }
    expect(new Set(all.map((entry) => entry.event_uuid)).size).toBe(all.length);
    expect(all.at(-1)?.seq).toBe(1);
    expect((await compliance("GET", "/ledger?tool=nothing")).body.entries).toEqual([]);
    expect((await compliance("GET", "/ledger?decision=approved")).body.entries).toEqual([]);
    expect((await compliance("GET", "/ledger?from=2999-01-01T00:00:00Z")).body.entries).toEqual([]);
    expect((await compliance("GET", "/ledger?limit=0")).body.code).toBe("invalid_parameter");
    expect((await compliance("GET", "/ledger/proof/inclusion")).body.code).toBe("invalid_parameter");
    expect((await compliance("GET", `/ledger/proof/inclusion?request_id=${crypto.randomUUID()}`)).body.code).toBe("not_found");
  });
});

describe("the whole ledger", () => {
  /** Reads it as a browser does; `forge` stands for a server that lies. */
  const sourceOf = (
    forge: (entry: LedgerEntry) => LedgerEntry | null = (entry) => entry,
    forgeChain = (all: Checkpoint[]) => all,
  ): LogSource => ({
    checkpoints: async () => forgeChain(await chain()),
    keys: async () => (await proofOf(compliance, { request_id: await ask(500) })).keys,
    async *entries() {
      for (let cursor: string | null = ""; cursor !== null; ) {
        const { body } = await compliance("GET", `/ledger?view=full&order=oldest&limit=7${cursor && `&cursor=${cursor}`}`);
        const page = ledgerPage.parse(body);
        yield page.entries.flatMap((entry) => forge(entry) ?? []);
        cursor = page.next_cursor;
      }
    },
  });

  it("verifies as a whole, and says what that does not show", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => ask(600 + i)));
    const seen: string[] = [];
    const report = await verifyLog(sourceOf(), { onProgress: ({ stage }) => seen.push(stage) });
    expect(report.checks.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(report).toMatchObject({ isIntact: true, checkpoints: (await chain()).length, redacted: 0 });
    expect(new Set(seen)).toEqual(new Set(["checkpoints", "entries", "tree"]));
    expect(report.notShown.join(" ")).toContain("compare the newest checkpoint with its anchor");
  });

  it("does not verify where an entry was changed, left out or doubled, or a checkpoint was", async () => {
    const failed = async (source: LogSource) =>
      (await verifyLog(source)).checks.map(({ name, outcome, detail }) => `${name} ${outcome}: ${detail}`);
    const target = (entry: LedgerEntry) => entry.leaf_index === 3;
    expect((await failed(sourceOf((entry) => (target(entry) ? { ...entry, reason: "changed" } : entry))))[0]).toMatch(
      /event hash does not fit/,
    );
    expect((await failed(sourceOf((entry) => (target(entry) ? null : entry))))[0]).toMatch(/1 of \d+ leaves were not served/);
    expect((await failed(sourceOf((entry) => (target(entry) ? { ...entry, leaf_index: 2 } : entry)))).join()).toMatch(
      /Leaf 2 stands twice/,
    );
    expect((await failed(sourceOf(undefined, (all) => all.slice(1))))[0]).toMatch(/does not begin with its first/);
    const forgedRoot = (all: Checkpoint[]) => all.map((each, i) => (i === 0 ? { ...each, root_hash: "0".repeat(64) } : each));
    expect((await failed(sourceOf(undefined, forgedRoot))).join()).toMatch(/Checkpoint 1/);
  });

  it("is found by what it says: agent, asker, reviewer, channel, policy version, time; and counted over time by the same", async () => {
    const reviewer = await stack.addMember(clientId, "reviewer", "finder@example.com");
    const id = await ask(700);
    await reviewer("POST", `/reviews/${id}/decision`, { approved: true });
    const find = async (query: string) => {
      const { body } = await compliance("GET", `/ledger?view=full&${query}`);
      const density = (await compliance("GET", `/ledger/density?${query}`)).body;
      expect(density.total >= body.entries.length).toBe(true);
      const counted = density.buckets.reduce(
        (sum: number, { approved, denied, paused }: Record<string, number>) =>
          sum + (approved ?? 0) + (denied ?? 0) + (paused ?? 0),
        0,
      );
      expect(counted).toBe(density.total);
      return body.entries.map((entry: LedgerEntry) => entry.request_id);
    };
    expect(await find("reviewer=finder@example.com")).toEqual([id]);
    expect(await find("channel=console&reviewer=finder@example.com")).toEqual([id]);
    expect(await find("channel=slack")).toEqual([]);
    expect((await find("asked_by=test-key")).length).toBeGreaterThan(10);
    expect(await find("asked_by=nobody")).toEqual([]);
    expect(await find(`version=${crypto.randomUUID()}`)).toEqual([]);
    expect(await find(`from=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
  });
});

describe("anchoring", () => {
  it("exports every checkpoint once and in order after the store was away", async () => {
    // A loop that does not come round during the test, so that only the rounds below run.
    const still = await startStack({ environment: { VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: "3600" } });
    const tenant = await still.addTenant();
    const key = await still.addKey(tenant);
    const database = await still.tenants.database(tenant);
    const { anchors } = still.deps;
    const { put } = anchors;
    const away = { ...still.deps, anchors: { ...anchors, put: () => Promise.reject(new Error("away")) } };
    for (let i = 0; i < 3; i++) {
      await key("POST", "/request-clearance", { tool_name: "pay", tool_args: { i } });
      await sequenceEvents(database, still.deps);
      await expect(anchorCheckpoints(tenant, database, away)).rejects.toThrow("away");
    }
    const seen: string[] = [];
    const recording: typeof put = (...args) => {
      seen.push(args[1]);
      return put(...args);
    };
    const back = { ...still.deps, anchors: { ...anchors, put: recording } };
    expect(await anchorCheckpoints(tenant, database, back)).toBe(3);
    expect(await anchorCheckpoints(tenant, database, back)).toBe(0);
    const names = [1, 2, 3].map((id) => `checkpoint-${String(id).padStart(12, "0")}.json`);
    expect(seen).toEqual(names);
    const folder = join(still.directory, "anchors", tenant);
    expect((await readdir(folder)).toSorted()).toEqual(names);
    const { checkpoints } = checkpointList.parse((await key("GET", "/ledger/checkpoints")).body);
    for (const [i, checkpoint] of checkpoints.toReversed().entries()) {
      expect(checkpoint).toMatchObject({
        export_target: "directory",
        export_status: "exported",
        exported_at: expect.any(String),
      });
      const anchored = JSON.parse(await readFile(join(folder, names[i] ?? ""), "utf8"));
      expect(anchored.checkpoint_hash).toBe(checkpoint.checkpoint_hash);
    }
    // An anchor that is there is never overwritten by another checkpoint.
    await expect(put(tenant, names[0] ?? "", "{}")).rejects.toThrow("another checkpoint");
    await still.close();
  });
});

async function placed(): Promise<Map<string, number>> {
  const page = ledgerPage.parse((await compliance("GET", "/ledger?limit=500")).body);
  return new Map(
    page.entries.flatMap((entry) => (entry.leaf_index === null ? [] : [[entry.event_uuid, entry.leaf_index] as const])),
  );
}
