import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, type KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { OperatorError } from "@ledgix/configuration/operator-error";
import { publicJwkOf, type Signer } from "./signer.ts";

/** What the key must be: AWS KMS Developer Guide, “Asymmetric key specs”. */
const KEY_SPEC = "ECC_NIST_EDWARDS25519";
/** PureEdDSA (RFC 8032) over the message itself, at most 4,096 bytes. */
const ALGORITHM = "ED25519_SHA_512";

/** The key in KMS is not one that Vault can sign with. */
export class KmsKeyRefused extends OperatorError {
  override name = "KmsKeyRefused";
}

/**
 * Signs with a key that never leaves AWS KMS. Its public half is fetched once, and checked.
 *
 * @throws {KmsKeyRefused} where the key has another spec or use
 */
export async function kmsSigner({
  keyId,
  kmsKeyId,
  client,
}: {
  keyId: string;
  kmsKeyId: string;
  client: KMSClient;
}): Promise<Signer> {
  const { PublicKey, KeySpec, KeyUsage } = await client.send(new GetPublicKeyCommand({ KeyId: kmsKeyId }));
  if (KeySpec !== KEY_SPEC || KeyUsage !== "SIGN_VERIFY" || PublicKey === undefined) {
    throw new KmsKeyRefused(
      `The KMS key ${kmsKeyId} is ${KeySpec} for ${KeyUsage}. Vault signs with ${KEY_SPEC} for SIGN_VERIFY.`,
    );
  }
  const { x } = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" }).export({ format: "jwk" });
  if (x === undefined) throw new KmsKeyRefused(`The public key of the KMS key ${kmsKeyId} is not Ed25519.`);
  return {
    keyId,
    publicJwk: publicJwkOf(keyId, x),
    async sign(payload) {
      const { Signature } = await client.send(
        new SignCommand({ KeyId: kmsKeyId, Message: payload, MessageType: "RAW", SigningAlgorithm: ALGORITHM }),
      );
      if (Signature === undefined) throw new Error("KMS answered without a signature.");
      return Signature;
    },
  };
}
