import { ProblemError } from "@ledgix/contract/problem";
import { fromBase64Url } from "@ledgix/ledger/base64url";
import { checkpointNote, signedNote, verifierKey } from "@ledgix/ledger/note";
import type { Queryable } from "@ledgix/tenancy/database";
import type { VaultDependencies } from "../dependencies.ts";
import { latestCheckpoint } from "./checkpoints.ts";

/**
 * The newest checkpoint as a signed note, for public transparency-log tools, with the key that they verify it by.
 *
 * @throws {ProblemError} `not_found` before the first checkpoint · `signer_unavailable`
 */
export async function readCheckpointNote(
  { keys, config, log }: Pick<VaultDependencies, "keys" | "config" | "log">,
  database: Queryable,
  clientId: string,
): Promise<{ note: string; verifierKey: string }> {
  const newest = await latestCheckpoint(database);
  if (newest === null) throw new ProblemError("not_found", "The log has no checkpoint yet.");
  const origin = `${config.VAULT_LEDGER_ORIGIN}/${clientId}`;
  const signer = keys.active();
  const publicKey = fromBase64Url(signer.publicJwk.x);
  const text = checkpointNote(origin, newest.tree_size, newest.root_hash);
  const signature = await signer.sign(new TextEncoder().encode(text)).catch((error: unknown) => {
    log.error("note.not_signed", error);
    throw new ProblemError("signer_unavailable", "The checkpoint cannot be signed right now. Try again shortly.", {
      retryAfter: 5,
      cause: error,
    });
  });
  return { note: signedNote(text, origin, publicKey, signature), verifierKey: verifierKey(origin, publicKey) };
}
