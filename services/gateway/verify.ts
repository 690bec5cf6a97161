import { hashToolArgs } from "@ledgix/contract/canonical-json";
import { clearanceClaims } from "@ledgix/contract/clearance";
import type { JsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE = 30;

/** What is wrong with a token, as opposed to with the way to Vault's keys. */
const TOKEN_ERRORS = [
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
];

export type TokenCheck = (token: string, toolName: string, toolArgs: JsonObject) => Promise<void>;

/**
 * Checks tokens by Vault's published keys, so that what is not Vault's, is expired or is for another action is refused before Vault is
 * asked to burn it.
 */
export function tokenCheck(options: { vaultUrl: string; issuer: string; audience: string }): TokenCheck {
  const keys = createRemoteJWKSet(new URL(`${options.vaultUrl.replace(/\/+$/, "")}/.well-known/jwks.json`), {
    cooldownDuration: 5_000, // a key that was just published is found
  });
  return async (token, toolName, toolArgs) => {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ["EdDSA"],
      issuer: options.issuer,
      audience: options.audience,
      subject: "clearance",
      clockTolerance: CLOCK_TOLERANCE,
    }).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired) {
        throw new ProblemError("token_expired", "The clearance token has expired. Read the clearance's status for a fresh one.");
      }
      if (TOKEN_ERRORS.some((kind) => error instanceof kind)) {
        throw new ProblemError("token_invalid", "This is not a clearance token of Vault's.");
      }
      throw new ProblemError("tenant_unavailable", "Vault's keys cannot be read, so the call was not passed on.", {
        retryAfter: 5,
      });
    });
    const claims = clearanceClaims.safeParse(payload);
    if (!claims.success) throw new ProblemError("token_invalid", "This is not a clearance token of Vault's.");
    if (claims.data.tool !== toolName) {
      throw new ProblemError("tool_mismatch", `The token was issued for ${claims.data.tool}, not for ${toolName}.`);
    }
    if (claims.data.tool_args_hash !== hashToolArgs(toolArgs)) {
      throw new ProblemError(
        "arguments_mismatch",
        "These are not the arguments that were approved. Ask for clearance of the ones you mean to use.",
      );
    }
  };
}
