import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { LedgerEntry, LedgerKey } from "@ledgix/contract/ledger";
import { toBase64Url } from "@ledgix/ledger/base64url";
import { hashEvent } from "@ledgix/ledger/event";
import { hashLeaf } from "@ledgix/ledger/hash";
import { encodeReceipt } from "@ledgix/ledger/receipt";
import { verifyEntry, verifyWithKeys } from "@ledgix/ledger/verify";
import { report, round } from "./report.ts";

// Full verification of exported entries (event hash over CBOR, leaf hash, receipt) against the two SHA-256 and the one Ed25519
// verification that it cannot do without, one after the other in one thread, with the same primitives of the platform.
const ENTRIES = 20_000;

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const jwk = publicKey.export({ format: "jwk" });
const keys: LedgerKey[] = [
  { key_id: "bench", algorithm: "Ed25519", active_from: "", public_jwk: toBase64Url(Buffer.from(JSON.stringify(jwk))) },
];

function entryOf(i: number): LedgerEntry {
  const event = {
    event_uuid: crypto.randomUUID(),
    request_id: crypto.randomUUID(),
    agent_id: "payments-agent",
    policy_id: "refunds",
    intent_hash: createHash("sha256").update(String(i)).digest("hex"),
    tool_name: "stripe_refund",
    tool_args: { amount: i, currency: "usd", customer: `cus_${i}`, reason: "duplicate_charge" },
    reason: "Your rule allows it: Approve when amount is at most 100 and currency is usd.",
    citations: [{ policy_id: "refunds", kind: "rule", start: 0, end: 60, score: 1, text: "Approve when amount is at most 100." }],
    evidence_chunks: [{ kind: "ledgix.event", type: "clearance.approved", actor: null, channel: "policy" }],
    confidence: 0.99,
    approved: true,
    accepted_at: "2026-03-15T12:00:00.000Z",
    canonical_version: 1 as const,
  };
  const event_hash = hashEvent(event);
  const leaf_hash = hashLeaf(event_hash);
  const payload = encodeReceipt({ ...event, event_hash, leaf_hash, receipt_key_id: "bench" });
  return {
    ...event,
    seq: i,
    confidence_bucket: "extra_high",
    decision_status: "approved",
    event_hash,
    leaf_hash,
    leaf_index: i,
    checkpoint_id: 1,
    receipt_algorithm: "Ed25519",
    receipt_key_id: "bench",
    receipt_payload: toBase64Url(payload),
    receipt_signature: toBase64Url(sign(null, payload, privateKey)),
  };
}
const entries = Array.from({ length: ENTRIES }, (_, i) => entryOf(i));

async function rate(work: (entry: LedgerEntry) => Promise<boolean>): Promise<number> {
  for (const entry of entries.slice(0, 1000)) await work(entry);
  const start = performance.now();
  for (const entry of entries) if (!(await work(entry))) throw new Error("An entry does not verify.");
  return ENTRIES / ((performance.now() - start) / 1000);
}

const subtle = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
const limit = await rate(async (entry) => {
  createHash("sha256").update(entry.reason).digest();
  createHash("sha256").update(entry.event_hash).digest();
  return crypto.subtle.verify(
    "Ed25519",
    subtle,
    Buffer.from(entry.receipt_signature, "base64url"),
    Buffer.from(entry.receipt_payload, "base64url"),
  );
});
const verifyKey = verifyWithKeys(keys);
const full = await rate(async (entry) => (await verifyEntry(entry, verifyKey)).every((check) => check.outcome === "passed"));
report(import.meta.filename, {
  what: "full verification of exported entries against its cryptographic limit, in Node, one thread",
  goal: "≥ 0.7",
  ratio: round(full / limit),
  unit: "entries verified per limit",
  measured: { entries: ENTRIES, entries_per_second: round(full, 0), limit_per_second: round(limit, 0) },
});
