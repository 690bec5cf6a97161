import { generateKeyPairSync, verify } from "node:crypto";
import { KMSClient } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startKmsDouble } from "../test/kms-double.ts";
import { kmsSigner } from "./kms-signer.ts";
import { localSigner } from "./local-signer.ts";
import type { Signer } from "./signer.ts";

// One suite over a key in memory and one in KMS, the latter at a double that really signs.

let kms: Awaited<ReturnType<typeof startKmsDouble>>;
beforeAll(async () => {
  kms = await startKmsDouble();
  process.env.AWS_ACCESS_KEY_ID ??= "any";
  process.env.AWS_SECRET_ACCESS_KEY ??= "words";
});
afterAll(() => kms.close());

const kmsClient = () => new KMSClient({ region: "us-east-1", endpoint: kms.url });
const signers: [string, () => Promise<Signer>][] = [
  ["in memory", async () => localSigner("k", generateKeyPairSync("ed25519").privateKey)],
  ["in AWS KMS", () => kmsSigner({ keyId: "k", kmsKeyId: kms.addKey(), client: kmsClient() })],
];
describe.each(signers)("a signer %s", (_, open) => {
  it("signs what its published key verifies, and the same way each time", async () => {
    const signer = await open();
    expect(signer.publicJwk).toMatchObject({ kty: "OKP", crv: "Ed25519", use: "sig", kid: "k", alg: "EdDSA" });
    const payload = new TextEncoder().encode("payload");
    const signature = await signer.sign(payload);
    expect(verify(null, payload, { key: { ...signer.publicJwk }, format: "jwk" }, signature)).toBe(true);
    expect(Buffer.from(await signer.sign(payload))).toEqual(Buffer.from(signature));
  });
});
it("a KMS key of another spec is refused by its id", async () => {
  const kmsKeyId = kms.addKey("ECC_NIST_P256");
  await expect(kmsSigner({ keyId: "k", kmsKeyId, client: kmsClient() })).rejects.toThrow(`${kmsKeyId} is ECC_NIST_P256`);
});
