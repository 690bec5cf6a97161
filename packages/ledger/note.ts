import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

// Checkpoints as signed notes: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint) in the format of https://c2sp.org/signed-note.

/** Signature type of Ed25519 in signed-note. */
const ED25519 = 0x01;

/**
 * The text that a log signs: its origin, the tree's size and its root in base64, a line each.
 *
 * @param origin Names the log; no spaces or `+`, since it is the key's name too.
 * @param rootHash Hex.
 */
export function checkpointNote(origin: string, treeSize: number, rootHash: string): string {
  return `${origin}\n${treeSize}\n${toBase64(hexToBytes(rootHash))}\n`;
}

/** The key id of signed-note: the first four bytes of SHA-256 over name, newline, type and public key (32 bytes). */
export function noteKeyId(name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(ED25519), publicKey)).slice(0, 4);
}

/** A note with one signature (64 bytes) under it. */
export function signedNote(text: string, name: string, publicKey: Uint8Array, signature: Uint8Array): string {
  return `${text}\n— ${name} ${toBase64(concatBytes(noteKeyId(name, publicKey), signature))}\n`;
}

/** What public tools take as the log's key: `<name>+<key id in hex>+<base64 of type and key>`. */
export function verifierKey(name: string, publicKey: Uint8Array): string {
  const id = [...noteKeyId(name, publicKey)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(ED25519), publicKey))}`;
}

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
