import type { ClearanceClaims } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import { assertMatches } from "../clearance/content-match.ts";
import type { StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";

/**
 * Signs the A-JWT of an approved request: EdDSA over a compact JWS (RFC 7515, RFC 8037). Ed25519 is deterministic, so the same request
 * and issue time give the same token.
 *
 * @param issuedAt Seconds since the epoch.
 * @throws {ProblemError} `content_mismatch` · `signer_unavailable`
 */
export async function issueToken(
  { keys, config, log, metrics }: Pick<VaultDependencies, "keys" | "config" | "log" | "metrics">,
  request: StoredRequest,
  issuedAt: number,
): Promise<string> {
  assertMatches({ log, metrics }, request);
  const claims: ClearanceClaims = {
    iss: config.VAULT_JWT_ISSUER,
    aud: audienceClaim(config.VAULT_JWT_AUDIENCE),
    sub: "clearance",
    iat: issuedAt,
    exp: issuedAt + config.VAULT_JWT_TTL,
    jti: request.request_id,
    request_id: request.request_id,
    tool: request.tool_name,
    agent_id: request.agent_id,
    session_id: request.session_id,
    policy_id: request.policy_id ?? "",
    decision: "yes",
    tool_args_hash: request.tool_args_hash,
  };
  const signer = keys.active();
  const header = { alg: "EdDSA", kid: signer.keyId, typ: "JWT" };
  const signed = `${encode(header)}.${encode(claims)}`;
  try {
    const signature = await signer.sign(new TextEncoder().encode(signed));
    return `${signed}.${Buffer.from(signature).toString("base64url")}`;
  } catch (error) {
    log.error("token.not_signed", error);
    throw new ProblemError("signer_unavailable", "The approval cannot be signed right now. Try again shortly.", {
      retryAfter: 5,
      cause: error,
    });
  }
}

/** `VAULT_JWT_AUDIENCE` may list several, separated by commas; then the claim is an array. */
export function audiences(audience: string): string[] {
  return audience
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

function audienceClaim(audience: string): string | string[] {
  const names = audiences(audience);
  return names.length === 1 ? (names[0] ?? audience) : names;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
