import { fromBase64Url, isEqual, sha256, toHex, utf8 } from "./bytes.ts";
import { encodeRecord, whole } from "./cbor.ts";
import type { Checkpoint } from "./records.ts";
import type { HasSigned } from "./signatures.ts";

const CHECKPOINT_DOMAIN = utf8("ledgix.audit.checkpoint.v1\0");

const signedBytes = (checkpoint: Checkpoint) =>
  encodeRecord({
    export_targets: checkpoint.export_target === "" ? [] : [checkpoint.export_target],
    key_id: checkpoint.signer_key_id,
    mmd_seconds: whole(checkpoint.mmd_seconds),
    prev_checkpoint_hash: checkpoint.prev_checkpoint_hash,
    root_hash: checkpoint.root_hash,
    signed_at: checkpoint.signed_at,
    tree_size: whole(checkpoint.tree_size),
    type: "checkpoint",
    version: whole(1),
  });

/** What is wrong with a checkpoint by itself; null where nothing is. */
export async function checkpointFault(checkpoint: Checkpoint, hasSigned: HasSigned): Promise<string | null> {
  const bytes = signedBytes(checkpoint);
  if (!isEqual(bytes, fromBase64Url(checkpoint.checkpoint_payload))) return "its signed bytes say something else than its fields";
  if (toHex(await sha256(CHECKPOINT_DOMAIN, bytes)) !== checkpoint.checkpoint_hash) return "it has another hash";
  if (!(await hasSigned(checkpoint.signer_key_id, bytes, checkpoint.checkpoint_signature)))
    return "it is not signed by a known key";
  return null;
}

/** What is wrong with a chain from its first checkpoint on, oldest first; null where nothing is. */
export async function chainFault(checkpoints: Checkpoint[], hasSigned: HasSigned): Promise<string | null> {
  let previous: Checkpoint | undefined;
  for (const checkpoint of checkpoints) {
    const named = `Checkpoint ${checkpoint.checkpoint_id}`;
    if (checkpoint.prev_checkpoint_hash !== (previous?.checkpoint_hash ?? "")) return `${named} does not name the one before it.`;
    if (checkpoint.tree_size <= (previous?.tree_size ?? 0)) return `${named} does not grow.`;
    const fault = await checkpointFault(checkpoint, hasSigned);
    if (fault !== null) return `${named}: ${fault}.`;
    previous = checkpoint;
  }
  return null;
}
