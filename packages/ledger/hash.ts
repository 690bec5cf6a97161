import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** RFC 9162 §2.1.1: SHA-256(0x00 ‖ event hash bytes). Takes and gives lower-case hex. */
export function hashLeaf(eventHash: string): string {
  return bytesToHex(sha256(concatBytes(LEAF, hexToBytes(eventHash))));
}

/** RFC 9162 §2.1.1: SHA-256(0x01 ‖ left ‖ right), on raw 32-byte hashes. */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}

/** Lower-case hex SHA-256 of a domain separator and bytes. */
export function hashWithDomain(domain: string, bytes: Uint8Array): string {
  return bytesToHex(sha256(concatBytes(utf8ToBytes(domain), bytes)));
}
