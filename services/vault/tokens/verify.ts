import { type ClearanceClaims, clearanceClaims } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import { createLocalJWKSet, errors, jwtVerify } from "jose";
import type { PublicJwk } from "../adapters/signer.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { audiences } from "./issue.ts";

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 30;

const imported = new WeakMap<readonly PublicJwk[], ReturnType<typeof createLocalJWKSet>>();

/** The published keys, imported once. */
function keySet(published: readonly PublicJwk[]): ReturnType<typeof createLocalJWKSet> {
  const keys = imported.get(published) ?? createLocalJWKSet({ keys: [...published] });
  imported.set(published, keys);
  return keys;
}

/** Checks an A-JWT's signature, claims and expiry. @throws {ProblemError} `token_invalid` or `token_expired` */
export async function verifyToken(
  { keys, config, now }: Pick<VaultDependencies, "keys" | "config" | "now">,
  token: string,
): Promise<ClearanceClaims> {
  try {
    const { payload } = await jwtVerify(token, keySet(keys.published()), {
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
