import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import type { JsonObject } from "@ledgix/contract/json";
import type { Checkpoint, LedgerEntry, ProofBundle } from "@ledgix/contract/ledger";
import { toBase64Url } from "@ledgix/ledger/base64url";
import { encodeCheckpoint, hashCheckpoint } from "@ledgix/ledger/checkpoint";
import { hashEvent as productHash } from "@ledgix/ledger/event";
import { hashLeaf } from "@ledgix/ledger/hash";
import { checkpointNote, signedNote, verifierKey } from "@ledgix/ledger/note";
import { encodeReceipt } from "@ledgix/ledger/receipt";
import { appendLeaves, readNode } from "@ledgix/ledger/tiles";
import { consistencyPath, inclusionPath, type NodeId, rootHash } from "@ledgix/ledger/tree";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import vectors from "../ledger/vectors/wire-vectors.json" with { type: "json" };
import { toHex } from "./bytes.ts";
import { encodeRecord, type Json } from "./cbor.ts";
import { hashEvent } from "./entry.ts";
import { isIncluded, isPrefix, readJwks, readNote, verifyBundle, verifyLog } from "./index.ts";
import { readEntry } from "./records.ts";
import { rootsOf } from "./tree.ts";

// The verifier shares no code with the log that it verifies: what the product makes, this must find in order, and no byte of it changed.

const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const seed = Buffer.from(vectors.signing_key.ed25519_seed_hex, "hex");
const signingKey = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
const keyLine = {
  key_id: "vault-key-001",
  algorithm: "Ed25519" as const,
  active_from: "",
  public_jwk: vectors.signing_key.public_jwk_field,
};
const trusted = readJwks({ keys: [vectors.signing_key.jwk] });
const signed = (payload: Uint8Array) => toBase64Url(sign(null, payload, signingKey));

function entryOf(index: number, tool_args: JsonObject = { amount: index }): LedgerEntry {
  const event = {
    event_uuid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    request_id: `10000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    agent_id: "agent",
    policy_id: "p",
    intent_hash: "ab",
    tool_name: "pay",
    tool_args,
    reason: "é",
    citations: [{ score: 1 }],
    evidence_chunks: [],
    confidence: 0.85,
    approved: true,
    accepted_at: "2026-03-15T12:00:00.000Z",
    canonical_version: 1 as const,
  };
  const event_hash = productHash(event);
  const leaf_hash = hashLeaf(event_hash);
  const payload = encodeReceipt({ ...event, event_hash, leaf_hash, receipt_key_id: keyLine.key_id });
  return {
    ...event,
    seq: index + 1,
    confidence_bucket: "high",
    decision_status: "approved",
    event_hash,
    leaf_hash,
    leaf_index: index,
    checkpoint_id: 1,
    receipt_algorithm: "Ed25519",
    receipt_key_id: keyLine.key_id,
    receipt_payload: toBase64Url(payload),
    receipt_signature: signed(payload),
  };
}

/** A log of the product's own making, with a checkpoint at each size. */
function logOf(sizes: number[]) {
  const entries = Array.from({ length: sizes.at(-1) ?? 0 }, (_, i) => entryOf(i));
  const leaves = entries.map(({ leaf_hash }) => Uint8Array.from(Buffer.from(leaf_hash, "hex")));
  const tiles = appendLeaves(0, leaves, () => undefined);
  const read = (node: NodeId) => readNode(node, (id) => tiles.get(`${id.level}/${id.index}`)?.hashes);
  const checkpoints: Checkpoint[] = [];
  for (const [i, tree_size] of sizes.entries()) {
    const fields = {
      export_target: "s3",
      mmd_seconds: 30,
      prev_checkpoint_hash: checkpoints[i - 1]?.checkpoint_hash ?? "",
      root_hash: rootHash(tree_size, read),
      signed_at: "2026-03-15T12:00:30.000Z",
      tree_size,
    };
    const payload = encodeCheckpoint({ ...fields, key_id: keyLine.key_id });
    checkpoints.push({
      ...fields,
      checkpoint_id: i + 1,
      microblock_id: i + 1,
      signature_algorithm: "Ed25519",
      signer_key_id: keyLine.key_id,
      checkpoint_hash: hashCheckpoint(payload),
      checkpoint_payload: toBase64Url(payload),
      checkpoint_signature: signed(payload),
      export_uri: "",
      export_status: "pending",
    });
  }
  return { entries, checkpoints, read };
}
const linesOf = (...objects: object[]) => objects.map((object) => JSON.stringify(object));

function bundleOf(index: number, sizes: [number, number]): ProofBundle {
  const { entries, checkpoints, read } = logOf(sizes);
  const [first, second] = checkpoints as [Checkpoint, Checkpoint]; // one for each size
  const event = entries[index] as LedgerEntry; // the callers' indices are in the log
  return {
    event,
    inclusion: {
      event_uuid: event.event_uuid,
      request_id: event.request_id,
      event_hash: event.event_hash,
      leaf_hash: event.leaf_hash,
      leaf_index: index,
      tree_size: sizes[0],
      path: inclusionPath(index, sizes[0], read),
      checkpoint: first,
    },
    consistency: { from_checkpoint: first, to_checkpoint: second, path: consistencyPath(sizes[0], sizes[1], read) },
    keys: [keyLine],
  };
}

describe("known answers", () => {
  it("event, and JSON numbers in CBOR", async () => {
    expect(await hashEvent(readEntry({ ...entryOf(0), ...vectors.event_v1.entry }))).toBe(vectors.event_v1.event_hash);
    for (const { input, hex } of [...vectors.cbor_json_numbers_normalised_to_float64, ...vectors.cbor_non_ascii_map_keys]) {
      // The vectors are JSON; their inferred type has optional members, which JSON has not.
      expect(toHex(encodeRecord({ v: input as unknown as Json })).slice(6)).toBe(hex);
    }
  });

  it("Merkle tree", async () => {
    const { leaf_hashes, roots, inclusion, consistency } = vectors.merkle;
    const rootOf = (size: number) => roots[String(size) as keyof typeof roots];
    const leaves = Buffer.from(leaf_hashes.join(""), "hex");
    const made = await rootsOf(leaves, Object.keys(roots).map(Number));
    expect(Object.fromEntries([...made].map(([size, root]) => [String(size), root]))).toEqual(roots);
    for (const proof of inclusion) {
      const leaf_hash = leaf_hashes[proof.leaf_index] ?? "";
      expect(await isIncluded({ ...proof, leaf_hash, root_hash: rootOf(proof.tree_size) })).toBe(true);
    }
    for (const { from_size, to_size, path } of consistency) {
      const between = {
        first_size: from_size,
        second_size: to_size,
        first_root: rootOf(from_size),
        second_root: rootOf(to_size),
      };
      expect(await isPrefix({ ...between, path })).toBe(true);
    }
  });

  it("checkpoint chain", async () => {
    const report = await verifyLog(linesOf(...vectors.checkpoint_chain), { keys: trusted });
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "chain", outcome: "passed" }));
  });
});

describe("a bundle", () => {
  it("of the product's is in order, and the report says what it does not show", async () => {
    const report = await verifyBundle(bundleOf(3, [5, 9]), { keys: trusted });
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(["passed", "passed", "passed", "passed"]);
    expect(report.isIntact).toBe(true);
    expect(report.notChecked.join(" ")).toContain("anchor");
    expect((await verifyBundle(bundleOf(3, [5, 9]))).notChecked.join(" ")).toContain("the bundle's own");
  });

  it("does not survive a change of any text or number that it checks", async () => {
    const bundle = bundleOf(3, [5, 9]);
    const places: (string | number)[][] = [];
    walk(bundle, [], places);
    for (const place of places) {
      const name = place.join(".");
      // What is not signed is told by nobody: its place in the list, where it lies, the words beside the checked ones.
      if (
        /seq|bucket|decision_status|checkpoint_id|microblock_id|algorithm|export_(uri|status)|^keys|inclusion\.(event_hash|request_id)/.test(
          name,
        )
      )
        continue;
      const changed = structuredClone(bundle);
      change(changed, place);
      const report = await verifyBundle(changed, { keys: trusted });
      expect([name, report.isIntact]).toEqual([name, false]);
    }
    expect(places.length).toBeGreaterThan(30);
  });

  it("that is none is not intact, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const report = await verifyBundle(value);
        expect(report.isIntact).toBe(false);
      }),
    );
  });
});

function walk(value: unknown, place: (string | number)[], places: (string | number)[][]): void {
  if (typeof value !== "object" || value === null) places.push(place);
  else for (const [key, inner] of Object.entries(value)) walk(inner, [...place, key], places);
}

function change(target: object, place: (string | number)[]): void {
  let parent = target as Record<string, unknown>; // every step of a place is an object's key
  for (const step of place.slice(0, -1)) parent = parent[step] as Record<string, unknown>;
  const last = place.at(-1) ?? "";
  const value = parent[last];
  parent[last] = typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : flip(String(value));
}
/** Another character in the middle: at the end of base64url some bits count for nothing. */
const flip = (text: string) => {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
};

describe("a log", () => {
  const { entries, checkpoints } = logOf([1, 4, 5, 300]);
  const lines = linesOf(...entries, ...checkpoints, keyLine);

  it("of the product's is in order, in any order of its lines", async () => {
    for (const order of [lines, lines.toReversed()]) {
      const report = await verifyLog(order, { keys: trusted, anchors: checkpoints });
      expect(report.checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
        "entries passed",
        "tree passed",
        "chain passed",
        "anchors passed",
      ]);
      expect(report.isIntact).toBe(true);
    }
  });

  it.each([
    ["an entry is missing", linesOf(...entries.slice(1), ...checkpoints), /1 of 300 leaves are not in the export/],
    ["an entry stands twice", linesOf(...entries, entries[7] ?? {}, ...checkpoints), /Leaf 7 stands twice/],
    [
      "two entries changed places",
      linesOf(...entries.slice(2), { ...entries[0], leaf_index: 1 }, { ...entries[1], leaf_index: 0 }, ...checkpoints),
      /another root/,
    ],
    ["a checkpoint is missing", linesOf(...entries, ...checkpoints.filter((_, i) => i !== 1)), /does not name the one before/],
    [
      "content was changed",
      linesOf(...entries.slice(1), { ...entries[0], tool_args: { amount: 9 } }, ...checkpoints),
      /its content has another hash/,
    ],
  ])("is not in order where %s", async (_, broken, told) => {
    const report = await verifyLog(broken, { keys: trusted });
    expect(report.isIntact).toBe(false);
    expect(report.checks.map(({ detail }) => detail).join(" ")).toMatch(told);
  });

  it("is compared with its anchors: another one, another continuation, an end that is missing", async () => {
    const other = logOf([2, 4, 5, 300]).checkpoints;
    const details = async (given: Checkpoint[], anchors: object[]) => {
      const own = entries.slice(0, given.at(-1)?.tree_size);
      const report = await verifyLog(linesOf(...own, ...given), { keys: trusted, anchors });
      return report.checks.find(({ name }) => name === "anchors");
    };
    expect(await details(checkpoints, [other[2] ?? {}])).toMatchObject({
      outcome: "failed",
      detail: expect.stringContaining("Checkpoint 3"),
    });
    expect(await details(checkpoints.slice(0, 2), [other[2] ?? {}])).toMatchObject({
      detail: expect.stringContaining("another log"),
    });
    expect(await details(checkpoints.slice(0, 2), checkpoints)).toMatchObject({
      outcome: "failed",
      detail: expect.stringContaining("its end is missing"),
    });
  });

  it("names the line that cannot be read", async () => {
    const report = await verifyLog([...lines, "{"], { keys: trusted });
    expect(report).toMatchObject({ isIntact: false, checks: [{ detail: expect.stringContaining(`Line ${lines.length + 1}:`) }] });
  });
});

it("a note tells who of the given keys signed it", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const text = checkpointNote("ledgix.example/log", 300, logOf([3]).checkpoints[0]?.root_hash ?? "");
  const note = signedNote(text, "ledgix.example/log", raw, sign(null, Buffer.from(text), privateKey));
  const key = verifierKey("ledgix.example/log", raw);
  expect(await readNote(note, [key])).toMatchObject({ treeSize: 300, signedBy: [{ name: "ledgix.example/log", at: null }] });
  expect((await readNote(note.replace("\n300\n", "\n301\n"), [key])).signedBy).toEqual([]);
  await expect(readNote(note, ["nonsense"])).rejects.toThrow("verifier key");
});
