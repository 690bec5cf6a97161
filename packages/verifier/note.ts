import { type Bytes, concat, fromBase64, isEqual, sha256, toHex, utf8 } from "./bytes.ts";

// Signed notes (https://c2sp.org/signed-note) that are checkpoints (https://c2sp.org/tlog-checkpoint), and witnesses' cosignatures
// (https://c2sp.org/tlog-cosignature).

const ED25519 = 0x01;
const COSIGNATURE_V1 = 0x04;

export type NoteReport = {
  origin: string;
  treeSize: number;
  /** Base64. */
  rootHash: string;
  /** Names of the given keys that signed, each with when it did, where its kind of signature says: Unix seconds. */
  signedBy: { name: string; at: number | null }[];
};

/**
 * Reads a checkpoint's note and tells which of the given keys signed it. Signatures by other keys are passed over, as the format asks.
 *
 * @param verifierKeys `<name>+<hex id>+<base64 of type and key>`, of the log and of witnesses
 * @throws {TypeError} where it is not such a note, or a key cannot be read
 */
export async function readNote(note: string, verifierKeys: string[]): Promise<NoteReport> {
  const end = note.lastIndexOf("\n\n");
  if (end < 0) throw new TypeError("The note has no signatures.");
  const body = note.slice(0, end + 1);
  const [origin = "", size = "", rootHash = ""] = body.split("\n");
  if (!/^(0|[1-9]\d*)$/.test(size) || origin === "") throw new TypeError("The note is not a checkpoint.");
  const signatures = note
    .slice(end + 2)
    .split("\n")
    .filter(Boolean)
    .map(readSignature);
  const signedBy: NoteReport["signedBy"] = [];
  for (const verifierKey of verifierKeys) {
    const key = await readVerifierKey(verifierKey);
    for (const signature of signatures) {
      if (signature.name !== key.name || !isEqual(signature.bytes.subarray(0, 4), key.id)) continue;
      const at = await signedAt(body, key, signature.bytes.subarray(4));
      if (at !== false) signedBy.push({ name: key.name, at });
    }
  }
  return { origin, treeSize: Number(size), rootHash, signedBy };
}

type VerifierKey = { name: string; id: Bytes; type: number; key: Bytes };

async function readVerifierKey(text: string): Promise<VerifierKey> {
  const [, name = "", hexId = "", encoded = ""] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const typed = fromBase64(encoded);
  const [type = 0] = typed;
  const id = (await sha256(utf8(`${name}\n`), typed)).slice(0, 4);
  const isRight = typed.length === 33 && [ED25519, COSIGNATURE_V1].includes(type) && hexId === toHex(id);
  if (!isRight) throw new TypeError(`This is not an Ed25519 verifier key: ${text}`);
  return { name, id, type, key: typed.slice(1) };
}

function readSignature(line: string): { name: string; bytes: Bytes } {
  const [, name = "", encoded = ""] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  if (name === "") throw new TypeError("A signature line of the note does not fit.");
  return { name, bytes: fromBase64(encoded) };
}

/** @returns false where it is not signed so; else when, or null where the signature does not say */
async function signedAt(body: string, { type, key }: VerifierKey, signature: Bytes): Promise<number | null | false> {
  const publicKey = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  if (type === ED25519) return (await crypto.subtle.verify("Ed25519", publicKey, signature, utf8(body))) ? null : false;
  if (signature.length !== 72) return false;
  const at = Number(new DataView(signature.slice(0, 8).buffer).getBigUint64(0));
  const message = concat(utf8(`cosignature/v1\ntime ${at}\n`), utf8(body));
  return (await crypto.subtle.verify("Ed25519", publicKey, signature.slice(8), message)) ? at : false;
}
