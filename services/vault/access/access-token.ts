import { id } from "@ledgix/contract/id";
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";

/** `sessionId` is null in a token that belongs to no session, such as one that an operator signed. */
export type AccessTokenSubject = { userId: string; email: string; sessionId: string | null };
/** @returns null where the token is not a signed-in member's. */
export type VerifyAccessToken = (token: string) => Promise<AccessTokenSubject | null>;

const claims = z.object({
  sub: id,
  email: z.string().min(1),
  role: z.literal("authenticated"),
  session_id: id.optional(),
});

/** Verifies Supabase access tokens, by the project's JWKS or by the secret of an HS256 project. */
export function supabaseAccessTokens(options: {
  jwtSecret?: string | undefined;
  jwksUrl?: string | undefined;
}): VerifyAccessToken {
  const secret = options.jwtSecret === undefined ? null : new TextEncoder().encode(options.jwtSecret);
  const jwks: JWTVerifyGetKey | null = options.jwksUrl === undefined ? null : createRemoteJWKSet(new URL(options.jwksUrl));
  return async (token) => {
    try {
      // One algorithm family per kind of key, so that a public key is never taken for an HMAC secret.
      const verified = secret
        ? await jwtVerify(token, secret, { algorithms: ["HS256"] })
        : jwks && (await jwtVerify(token, jwks, { algorithms: ["ES256", "RS256", "EdDSA"] }));
      const parsed = claims.safeParse(verified?.payload);
      if (!parsed.success) return null;
      const { sub, email, session_id } = parsed.data;
      return { userId: sub, email, sessionId: session_id ?? null };
    } catch {
      return null;
    }
  };
}
