import { type ClearanceClaims, clearanceClaims } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import { errors, importJWK, jwtVerify } from "jose";
import type { Signer } from "../adapters/signer.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { audiences } from "./issue.ts";

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 30;

const imported = new WeakMap<Signer, ReturnType<typeof importJWK>>();

/** The signer's public key, imported once. */
function publicKeyOf(signer: Signer): ReturnType<typeof importJWK> {
  const key = imported.get(signer) ?? importJWK({ ...signer.publicJwk }, "EdDSA");
  imported.set(signer, key);
  return key;
}

/** Checks an A-JWT's signature, claims and expiry. @throws {ProblemError} `token_invalid` or `token_expired` */
export async function verifyToken(
  { signer, config, now }: Pick<VaultDependencies, "signer" | "config" | "now">,
  token: string,
): Promise<ClearanceClaims> {
  try {
    const { payload } = await jwtVerify(token, await publicKeyOf(signer), {
      algorithms: ["EdDSA"],
      issuer: config.VAULT_JWT_ISSUER,
      audience: audiences(config.VAULT_JWT_AUDIENCE),
      subject: "clearance",
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: now(),
    });
    return clearanceClaims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new ProblemError(
        "token_expired",
        "The clearance token has expired. Read the clearance's status again for a fresh one.",
      );
    }
    throw new ProblemError("token_invalid", "This is not a clearance token that this Vault issued.");
  }
}
