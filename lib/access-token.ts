import { z } from "zod";

const claims = z.object({ sub: z.string(), email: z.string().min(1) });

/**
 * Who an access token says it is for, unverified: to greet a person and to ask for their own rows. Supabase and Vault verify the token
 * themselves before they answer.
 */
export function readSubject(accessToken: string): { userId: string; email: string } | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString("utf8"));
    const { sub, email } = claims.parse(payload);
    return { userId: sub, email };
  } catch {
    return null;
  }
}
