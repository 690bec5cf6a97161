import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { keepPrivate } from "@ledgix/tenancy/keep-private";
import { publicJwkOf, type Signer } from "./signer.ts";

/** DER of PKCS #8 before the 32 bytes of an Ed25519 seed (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** Signs with a key in memory. */
export function localSigner(keyId: string, privateKey: KeyObject): Signer {
  if (privateKey.asymmetricKeyType !== "ed25519") throw new TypeError("The signing key is not an Ed25519 private key.");
  const x = createPublicKey(privateKey).export({ format: "jwk" }).x ?? "";
  return {
    keyId,
    publicJwk: publicJwkOf(keyId, x),
    sign: async (payload) => sign(null, payload, privateKey),
  };
}

/** Reads a private key: PEM, or base64 of PKCS #8 DER or of the 32-byte seed. @throws {TypeError} where it is none of these. */
export function readPrivateKey(text: string): KeyObject {
  try {
    if (text.includes("-----BEGIN")) return createPrivateKey(text);
    const bytes = Buffer.from(text.trim(), "base64");
    const der = bytes.length === 32 ? Buffer.concat([PKCS8_PREFIX, bytes]) : bytes;
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } catch {
    throw new TypeError("The signing key cannot be read: it takes an Ed25519 key as PEM, or base64 of PKCS #8 or of the seed.");
  }
}

/** Reads the key file, or makes it with mode 0600 where it is missing. */
export async function readOrCreateKeyFile(path: string): Promise<KeyObject> {
  await keepPrivate(path, { for: "group" });
  try {
    return readPrivateKey(await readFile(path, "utf8"));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const { privateKey } = generateKeyPairSync("ed25519");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx", flush: true });
  return privateKey;
}
