/** Ed25519 over bytes: a key in memory, or AWS KMS. */
export interface Signer {
  readonly keyId: string;
  readonly publicJwk: PublicJwk;
  sign(payload: Uint8Array): Promise<Uint8Array>;
}

/** RFC 8037. */
export type PublicJwk = { kty: "OKP"; crv: "Ed25519"; x: string; use: "sig"; kid: string; alg: "EdDSA" };

export const publicJwkOf = (keyId: string, x: string): PublicJwk => ({
  kty: "OKP",
  crv: "Ed25519",
  x,
  use: "sig",
  kid: keyId,
  alg: "EdDSA",
});
