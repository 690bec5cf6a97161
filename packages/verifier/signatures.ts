import { type Bytes, fromBase64Url } from "./bytes.ts";
import type { Key } from "./records.ts";

/** Whether a key signed these bytes. A key that is not known, or a signature that cannot be read, signed nothing. */
export type HasSigned = (keyId: string, payload: Bytes, signature: string) => Promise<boolean>;

/** Ed25519 (RFC 8032) with WebCrypto. */
export function signaturesBy(keys: Key[]): HasSigned {
  const imported = new Map<string, Promise<CryptoKey>>();
  return async (keyId, payload, signature) => {
    const key = keys.find((candidate) => candidate.key_id === keyId);
    if (key === undefined) return false;
    const ready = imported.get(keyId) ?? importKey(key.x);
    imported.set(keyId, ready);
    try {
      return await crypto.subtle.verify("Ed25519", await ready, fromBase64Url(signature), payload);
    } catch {
      return false;
    }
  };
}

export const importKey = (x: string): Promise<CryptoKey> =>
  crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x }, "Ed25519", false, ["verify"]);
