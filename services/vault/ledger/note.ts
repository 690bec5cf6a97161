import type { Checkpoint } from "@ledgix/contract/ledger";
import { ProblemError } from "@ledgix/contract/problem";
import { fromBase64Url } from "@ledgix/ledger/base64url";
import { checkpointNote, signedNote, verifierKey } from "@ledgix/ledger/note";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { latestCheckpoint } from "./checkpoints.ts";

type NoteDependencies = Pick<VaultDependencies, "keys" | "config" | "log">;

/**
 * The newest checkpoint as a signed note, for public transparency-log tools, with the key that they verify it by.
 *
 * @throws {ProblemError} `not_found` before the first checkpoint · `signer_unavailable`
 */
export async function readCheckpointNote(
  deps: NoteDependencies,
  database: Queryable,
  clientId: string,
): Promise<{ note: string; verifierKey: string }> {
  const newest = await latestCheckpoint(database);
  if (newest === null) throw new ProblemError("not_found", "The log has no checkpoint yet.");
  const { note, verifierKey } = await signCheckpointNote(deps, clientId, newest);
  const row = await database.row(
    z.object({ cosignatures: z.string() }),
    "select cosignatures from ledger_checkpoints where checkpoint_id = $1",
    [newest.checkpoint_id],
  );
  return { note: note + (row?.cosignatures ?? ""), verifierKey };
}

/** Ed25519 is deterministic, so a checkpoint's note is the same whenever it is made under one key. @throws {ProblemError} */
export async function signCheckpointNote(
  { keys, config, log }: NoteDependencies,
  clientId: string,
  { tree_size, root_hash }: Checkpoint,
): Promise<{ text: string; note: string; verifierKey: string }> {
  const origin = `${config.VAULT_LEDGER_ORIGIN}/${clientId}`;
  const signer = keys.active();
  const publicKey = fromBase64Url(signer.publicJwk.x);
  const text = checkpointNote(origin, tree_size, root_hash);
  const signature = await signer.sign(new TextEncoder().encode(text)).catch((error: unknown) => {
    log.error("note.not_signed", error);
    throw new ProblemError("signer_unavailable", "The checkpoint cannot be signed right now. Try again shortly.", {
      retryAfter: 5,
      cause: error,
    });
  });
  return { text, note: signedNote(text, origin, publicKey, signature), verifierKey: verifierKey(origin, publicKey) };
}
