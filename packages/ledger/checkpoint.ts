import { encodeCbor, integer } from "./cbor.ts";
import { hashWithDomain } from "./hash.ts";

const CHECKPOINT_DOMAIN = "ledgix.audit.checkpoint.v1\0";

export type CheckpointInput = {
  /** Where the checkpoint will be anchored, fixed before signing; "" for nowhere. */
  export_target: string;
  key_id: string;
  /** Maximum merge delay: the seconds within which an accepted event is in a checkpoint. */
  mmd_seconds: number;
  /** The hash of the checkpoint before, "" for the first. */
  prev_checkpoint_hash: string;
  root_hash: string;
  signed_at: string;
  tree_size: number;
};

/** The bytes that a checkpoint signs. */
export function encodeCheckpoint(input: CheckpointInput): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    export_targets: input.export_target === "" ? [] : [input.export_target],
    key_id: input.key_id,
    mmd_seconds: integer(input.mmd_seconds),
    prev_checkpoint_hash: input.prev_checkpoint_hash,
    root_hash: input.root_hash,
    signed_at: input.signed_at,
    tree_size: integer(input.tree_size),
    type: "checkpoint",
    version: integer(1),
  });
}

/** Lower-case hex SHA-256 over `"ledgix.audit.checkpoint.v1\0"` and the signed bytes. */
export function hashCheckpoint(payload: Uint8Array): string {
  return hashWithDomain(CHECKPOINT_DOMAIN, payload);
}
