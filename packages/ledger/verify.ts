import type { Checkpoint, LedgerEntry, LedgerKey, ProofBundle } from "@ledgix/contract/ledger";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { encodeCheckpoint, hashCheckpoint } from "./checkpoint.ts";
import { hashEvent, isRedacted } from "./event.ts";
import { hashLeaf } from "./hash.ts";
import { encodeReceipt } from "./receipt.ts";
import { verifyConsistency, verifyInclusion } from "./tree.ts";

/** One thing that was checked, in the order in which it was checked. */
export type Check = {
  name: "event_hash" | "leaf_hash" | "receipt" | "checkpoint" | "inclusion" | "consistency" | "chain";
  /** `skipped` where the entry is redacted, or the bundle holds nothing to check. */
  outcome: "passed" | "failed" | "skipped";
  detail: string;
};

export type VerifyKey = (keyId: string, payload: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => Promise<boolean>;

/** Verifies Ed25519 signatures by the keys of a bundle, with WebCrypto: the same in Node and in a browser. */
export function verifyWithKeys(keys: LedgerKey[]): VerifyKey {
  const imported = new Map<string, Promise<CryptoKey>>();
  return async (keyId, payload, signature) => {
    const key = keys.find((candidate) => candidate.key_id === keyId);
    if (key === undefined) return false;
    let cryptoKey = imported.get(keyId);
    if (cryptoKey === undefined) {
      cryptoKey = importKey(key.public_jwk);
      imported.set(keyId, cryptoKey);
    }
    return crypto.subtle.verify("Ed25519", await cryptoKey, signature, payload);
  };
}

function importKey(publicJwk: string): Promise<CryptoKey> {
  const jwk: { x?: string } = JSON.parse(new TextDecoder().decode(fromBase64Url(publicJwk)));
  return crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x: jwk.x ?? "" }, "Ed25519", false, ["verify"]);
}

/** Checks one entry by itself: its hash over its content, its leaf, its receipt. */
export async function verifyEntry(entry: LedgerEntry, verifyKey: VerifyKey): Promise<Check[]> {
  const redacted = isRedacted(entry);
  return [
    {
      name: "event_hash",
      outcome: redacted ? "skipped" : verdict(hashEvent(entry) === entry.event_hash),
      detail: redacted
        ? "The content is redacted, so its hash cannot be computed here."
        : "The content hashes to the event hash.",
    },
    {
      name: "leaf_hash",
      outcome: verdict(hashLeaf(entry.event_hash) === entry.leaf_hash),
      detail: "The event hash makes the leaf.",
    },
    {
      name: "receipt",
      outcome: verdict(await verifyReceipt(entry, verifyKey)),
      detail: "Vault signed for this event when it accepted it.",
    },
  ];
}

async function verifyReceipt(entry: LedgerEntry, verifyKey: VerifyKey): Promise<boolean> {
  const payload = encodeReceipt(entry);
  if (toBase64Url(payload) !== entry.receipt_payload) return false;
  return verifySignature(entry.receipt_key_id, payload, entry.receipt_signature, verifyKey);
}

/** Checks that a checkpoint's signed bytes say what its fields say, hash to its hash, and are signed. */
export async function verifyCheckpoint(checkpoint: Checkpoint, verifyKey: VerifyKey): Promise<boolean> {
  const payload = encodeCheckpoint({ ...checkpoint, key_id: checkpoint.signer_key_id });
  return (
    toBase64Url(payload) === checkpoint.checkpoint_payload &&
    hashCheckpoint(payload) === checkpoint.checkpoint_hash &&
    verifySignature(checkpoint.signer_key_id, payload, checkpoint.checkpoint_signature, verifyKey)
  );
}

async function verifySignature(
  keyId: string,
  payload: Uint8Array<ArrayBuffer>,
  signature: string,
  verifyKey: VerifyKey,
): Promise<boolean> {
  try {
    return await verifyKey(keyId, payload, fromBase64Url(signature));
  } catch {
    return false; // a signature that cannot be decoded, or a key that cannot be imported, proves nothing
  }
}

/** Checks that checkpoints, oldest first, are signed, grow, and each name the one before. */
export async function verifyChain(checkpoints: Checkpoint[], verifyKey: VerifyKey): Promise<Check> {
  let previous: Checkpoint | undefined;
  for (const checkpoint of checkpoints) {
    const follows =
      previous === undefined ||
      (checkpoint.prev_checkpoint_hash === previous.checkpoint_hash && checkpoint.tree_size > previous.tree_size);
    if (!follows || !(await verifyCheckpoint(checkpoint, verifyKey))) {
      return { name: "chain", outcome: "failed", detail: `Checkpoint ${checkpoint.checkpoint_id} does not follow.` };
    }
    previous = checkpoint;
  }
  return {
    name: "chain",
    outcome: "passed",
    detail: `Each of the checkpoints (${checkpoints.length}) is signed and names the one before.`,
  };
}

/**
 * Checks a proof bundle offline: content, leaf, receipt, inclusion in a signed checkpoint, and that checkpoint's consistency with
 * the newest one. Says what was checked and what was not.
 *
 * What a bundle alone cannot show is that everybody is shown the same log: for that, compare the newest checkpoint with its anchor.
 *
 * @param trustedKeys Keys that the verifier trusts beforehand; the bundle's own keys where none are given.
 */
export async function verifyBundle(bundle: ProofBundle, trustedKeys: LedgerKey[] = bundle.keys): Promise<Check[]> {
  const verifyKey = verifyWithKeys(trustedKeys);
  const { event, inclusion, consistency } = bundle;
  const isAboutEvent =
    inclusion.leaf_hash === event.leaf_hash &&
    inclusion.event_uuid === event.event_uuid &&
    inclusion.leaf_index === event.leaf_index &&
    inclusion.tree_size === inclusion.checkpoint.tree_size;
  const checks = await verifyEntry(event, verifyKey);
  checks.push({
    name: "checkpoint",
    outcome: verdict(await verifyCheckpoint(inclusion.checkpoint, verifyKey)),
    detail: `Checkpoint ${inclusion.checkpoint.checkpoint_id} is signed by ${inclusion.checkpoint.signer_key_id}.`,
  });
  checks.push({
    name: "inclusion",
    outcome: verdict(isAboutEvent && verifyInclusion({ ...inclusion, root_hash: inclusion.checkpoint.root_hash })),
    detail: `Leaf ${inclusion.leaf_index} is in the tree of ${inclusion.tree_size}.`,
  });
  if (consistency === undefined) {
    checks.push({ name: "consistency", outcome: "skipped", detail: "There is no later checkpoint to compare with." });
  } else {
    checks.push({
      name: "consistency",
      outcome: verdict(
        consistency.from_checkpoint.checkpoint_hash === inclusion.checkpoint.checkpoint_hash &&
          (await verifyCheckpoint(consistency.to_checkpoint, verifyKey)) &&
          verifyConsistency({
            first_size: consistency.from_checkpoint.tree_size,
            second_size: consistency.to_checkpoint.tree_size,
            first_root: consistency.from_checkpoint.root_hash,
            second_root: consistency.to_checkpoint.root_hash,
            path: consistency.path,
          }),
      ),
      detail: `That tree is a prefix of the newest one, of ${consistency.to_checkpoint.tree_size} leaves.`,
    });
  }
  return checks;
}

const verdict = (passed: boolean): "passed" | "failed" => (passed ? "passed" : "failed");
