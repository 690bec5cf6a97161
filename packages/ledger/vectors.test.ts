import { createHmac, createPrivateKey, sign } from "node:crypto";
import { canonicalJson, hashToolArgs } from "@ledgix/contract/canonical-json";
import { checkpoint as checkpointSchema, ledgerEvent } from "@ledgix/contract/ledger";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import { toBase64Url } from "./base64url.ts";
import { type CborValue, encodeCbor, integer } from "./cbor.ts";
import { encodeCheckpoint, hashCheckpoint } from "./checkpoint.ts";
import { encodeEvent, hashEvent } from "./event.ts";
import { hashLeaf } from "./hash.ts";
import { encodeReceipt } from "./receipt.ts";
import { appendLeaves, readNode } from "./tiles.ts";
import { consistencyPath, inclusionPath, rootHash, verifyConsistency, verifyInclusion } from "./tree.ts";
import vectors from "./vectors/wire-vectors.json" with { type: "json" };
import { verifyChain, verifyWithKeys } from "./verify.ts";

const PKCS8_ED25519 = hexToBytes("302e020100300506032b657004220420");
const signingKey = createPrivateKey({
  key: Buffer.concat([PKCS8_ED25519, hexToBytes(vectors.signing_key.ed25519_seed_hex)]),
  format: "der",
  type: "pkcs8",
});
const signPayload = (payload: Uint8Array) => toBase64Url(sign(null, payload, signingKey));

/** The primitives' names say their value; these are the same values, written as the encoder takes them. */
const primitives: Record<string, CborValue> = {
  "int 0 (structural)": integer(0),
  "int 23": integer(23),
  "int 24": integer(24),
  "int 255": integer(255),
  "int 256": integer(256),
  "int 65536": integer(65536),
  "int 4294967296": integer(4294967296),
  "int -1": integer(-1),
  "float 0.85": 0.85,
  true: true,
  false: false,
  null: null,
  "string empty": "",
  "string é": "é",
  "string len 24": "a".repeat(24),
  "array []": [],
  "map {}": {},
  "map order": { b: integer(1), aa: integer(2), a: integer(3) },
};

describe("wire vectors", () => {
  it.each(vectors.cbor_primitives)("CBOR $name", ({ name, hex }) => {
    const value = primitives[name];
    if (value === undefined) throw new Error(`No value is written down for ${name}.`);
    expect(bytesToHex(encodeCbor(value))).toBe(hex);
  });

  it.each(vectors.cbor_json_numbers_normalised_to_float64)("CBOR of JSON numbers: $name", ({ input, hex }) => {
    expect(bytesToHex(encodeCbor(input as CborValue))).toBe(hex);
  });

  it.each(vectors.cbor_non_ascii_map_keys)("CBOR of map keys: $name", ({ input, hex }) => {
    expect(bytesToHex(encodeCbor(input as unknown as CborValue))).toBe(hex);
  });

  it.each(vectors.tool_args_hash)("tool_args_hash of $canonical", ({ args, canonical, expected }) => {
    expect(canonicalJson(args as never)).toBe(canonical);
    expect(hashToolArgs(args as never)).toBe(expected);
  });

  it("event", () => {
    const event = ledgerEvent.parse(vectors.event_v1.entry);
    expect(bytesToHex(encodeEvent(event))).toBe(vectors.event_v1.cbor_hex);
    expect(hashEvent(event)).toBe(vectors.event_v1.event_hash);
  });

  it("receipt", () => {
    const payload = encodeReceipt(vectors.receipt.inputs);
    expect(bytesToHex(payload)).toBe(vectors.receipt.payload_cbor_hex);
    expect(toBase64Url(payload)).toBe(vectors.receipt.receipt_payload);
    expect(signPayload(payload)).toBe(vectors.receipt.receipt_signature);
  });

  it("checkpoint chain", async () => {
    for (const expected of vectors.checkpoint_chain) {
      const payload = encodeCheckpoint({ ...expected, key_id: expected.signer_key_id });
      expect(bytesToHex(payload)).toBe(expected.payload_cbor_hex);
      expect(hashCheckpoint(payload)).toBe(expected.checkpoint_hash);
      expect(signPayload(payload)).toBe(expected.checkpoint_signature);
    }
    const keys = [
      {
        key_id: "vault-key-001",
        algorithm: "Ed25519" as const,
        public_jwk: vectors.signing_key.public_jwk_field,
        active_from: "",
      },
    ];
    const chain = vectors.checkpoint_chain.map((checkpoint) => checkpointSchema.parse(checkpoint));
    expect(await verifyChain(chain, verifyWithKeys(keys))).toMatchObject({ outcome: "passed" });
    expect(await verifyChain(chain.toReversed(), verifyWithKeys(keys))).toMatchObject({ outcome: "failed" });
  });

  it("webhook signature", () => {
    const digest = createHmac("sha256", vectors.webhook.secret).update(vectors.webhook.body).digest("hex");
    expect(`sha256=${digest}`).toBe(vectors.webhook.signature_header_value);
  });
});

describe("Merkle vectors", () => {
  const { leaf_hashes: leaves, event_hashes: events, roots, inclusion, consistency } = vectors.merkle;
  const tiles = appendLeaves(0, leaves.map(hexToBytes), () => undefined);
  const read = (node: { level: number; index: number }) => readNode(node, (id) => tiles.get(`${id.level}/${id.index}`)?.hashes);
  const rootOf = (size: number) => roots[String(size) as keyof typeof roots];

  it("leaves", () => expect(events.map(hashLeaf)).toEqual(leaves));
  it.each(Object.entries(roots))("root of %s", (size, root) => expect(rootHash(Number(size), read)).toBe(root));

  it.each(inclusion)("inclusion of $leaf_index in $tree_size", ({ leaf_index, tree_size, path }) => {
    expect(inclusionPath(leaf_index, tree_size, read)).toEqual(path);
    const proof = { leaf_hash: leaves[leaf_index] ?? "", leaf_index, tree_size, path, root_hash: rootOf(tree_size) };
    expect(verifyInclusion(proof)).toBe(true);
  });

  it.each(consistency)("consistency from $from_size to $to_size", ({ from_size, to_size, path }) => {
    expect(consistencyPath(from_size, to_size, read)).toEqual(path);
    const proof = {
      first_size: from_size,
      second_size: to_size,
      first_root: rootOf(from_size),
      second_root: rootOf(to_size),
      path,
    };
    expect(verifyConsistency(proof)).toBe(true);
  });
});
