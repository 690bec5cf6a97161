import { createHash, timingSafeEqual } from "node:crypto";
import { parseApiKey } from "@ledgix/contract/api-key";
import { environment } from "@ledgix/contract/environment";
import { readId } from "@ledgix/contract/id";
import { heldScopes, role } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import { isOutage } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { keyUses } from "./key-uses.ts";
import type { Principal } from "./principal.ts";
import { recentAnswers } from "./recent.ts";
import { assertNotSuspended, SUSPENSION, suspension } from "./suspension.ts";

const keyRow = z.object({
  id: z.string(),
  family_id: z.string(),
  client_id: z.string(),
  name: z.string(),
  environment,
  scopes: heldScopes,
  key_hash: z.string(),
  /** Seconds since the epoch. As numbers: whoever else holds the control plane's connection may have its own parsing of times. */
  expires_at: z.number().nullable(),
  is_revoked: z.boolean(),
  suspension,
});
const FIND_KEY = `
  select k.id, k.family_id, k.client_id, k.name, k.environment, k.scopes, h.hash as key_hash,
    extract(epoch from k.expires_at)::double precision as expires_at, k.revoked_at is not null as is_revoked, ${SUSPENSION} as suspension
  from private.api_key_hashes h join public.api_keys k on k.id = h.key_id join public.clients c on c.id = k.client_id
  where h.hash = $1`;
const memberRow = z.object({
  client_id: z.string(),
  user_id: z.string(),
  email: z.string(),
  role,
  is_signed_in: z.boolean(),
  suspension,
});
const FIND_MEMBER = `
  select m.client_id, m.user_id, m.email, m.role,
    $3::uuid is null or private.session_is_whole($3, $2) as is_signed_in, ${SUSPENSION} as suspension
  from public.memberships m join public.clients c on c.id = m.client_id
  where m.client_id = $1 and m.user_id = $2`;

/** A revoked key, a changed role or an ended session takes hold within this; the control plane may be away for `STALE_SECONDS`. */
const FRESH_SECONDS = 5;
const STALE_SECONDS = 60;

export type Credentials = {
  apiKey: string | undefined;
  authorization: string | undefined;
  clientId: string | undefined;
  /** The caller's address and user agent, for "last used". */
  from: string;
  runtime: string;
};

/**
 * Finds out who is calling. A key wins over a member's token where both are sent.
 *
 * @throws {ProblemError} 401 or, where the control plane is away for too long, 503
 */
export function authenticator(deps: Pick<VaultDependencies, "config" | "controlPlane" | "verifyAccessToken" | "now" | "log">) {
  const { config, controlPlane, now } = deps;
  const recent = { freshSeconds: FRESH_SECONDS, staleSeconds: STALE_SECONDS, now, capacity: 10_000 };
  const keys = recentAnswers<z.infer<typeof keyRow> | null>(recent);
  const members = recentAnswers<z.infer<typeof memberRow> | null>(recent);
  const uses = keyUses(deps);

  async function byKey(text: string, credentials: Credentials): Promise<Principal> {
    const key = parseApiKey(text);
    if (key === null) {
      throw new ProblemError(
        "api_key_invalid",
        "This is not a whole Ledgix API key. Copy it again, or create a new one in the console.",
      );
    }
    const row = await ask(() => keys(key.hash, () => controlPlane.row(keyRow, FIND_KEY, [key.hash])));
    // The row says where a key works; its text only hints, where the key is kept in another installation.
    const worksIn = row?.environment ?? key.environment;
    if (worksIn !== config.VAULT_ENVIRONMENT) {
      // Whose key it is says nothing to the caller, and to its owners who calls the wrong Vault.
      if (row) uses.refuse(row, "wrong_environment", credentials);
      throw new ProblemError(
        "wrong_environment",
        `This key belongs to the ${worksIn} environment, and this Vault serves ${config.VAULT_ENVIRONMENT}. ` +
          `Use a ${config.VAULT_ENVIRONMENT} key here, or call the ${worksIn} Vault.`,
      );
    }
    if (row === null || !timingSafeEqual(digest(row.key_hash), digest(key.hash))) {
      throw new ProblemError(
        "api_key_invalid",
        "No key like this exists here. It may have been deleted; create a new one in the console.",
      );
    }
    const isExpired = row.expires_at !== null && row.expires_at * 1000 <= now().getTime();
    if (row.is_revoked || isExpired) uses.refuse(row, row.is_revoked ? "revoked" : "expired", credentials);
    if (row.is_revoked) throw new ProblemError("api_key_revoked", `The key ${row.name} was revoked. Use another key.`);
    if (isExpired) {
      throw new ProblemError("api_key_expired", `The key ${row.name} has expired. Create a new one in the console.`);
    }
    assertNotSuspended(row.suspension);
    uses.use(row, credentials);
    return {
      kind: "key",
      clientId: row.client_id,
      familyId: row.family_id,
      name: row.name,
      environment: row.environment,
      scopes: row.scopes,
    };
  }

  async function byMember(token: string, clientId: string | undefined): Promise<Principal> {
    const subject = await deps.verifyAccessToken(token);
    if (subject === null)
      throw new ProblemError("access_token_invalid", "The access token is not valid or has expired. Sign in again.");
    const client = readId(clientId);
    if (client === null) throw new ProblemError("access_token_invalid", "Send the tenant's id in X-Ledgix-Client.");
    const member = await ask(() =>
      members(`${client}/${subject.userId}/${subject.sessionId}`, () =>
        controlPlane.row(memberRow, FIND_MEMBER, [client, subject.userId, subject.sessionId]),
      ),
    );
    // The same answer for a tenant that does not exist and for one that is somebody else's.
    if (member === null) throw new ProblemError("forbidden", "You are not a member of this tenant.");
    if (!member.is_signed_in) throw new ProblemError("access_token_invalid", "This session was signed out. Sign in again.");
    assertNotSuspended(member.suspension);
    // Whoever asks is who the row says, in the row's spelling: what is kept by tenant or person is kept once.
    return { kind: "member", clientId: member.client_id, userId: member.user_id, email: member.email, role: member.role };
  }

  async function ask<Value>(question: () => Promise<Value>): Promise<Value> {
    try {
      return await question();
    } catch (error) {
      if (!isOutage(error)) throw error;
      throw new ProblemError("control_plane_unavailable", "Keys cannot be checked right now. Try again shortly.", {
        retryAfter: 5,
        cause: error,
      });
    }
  }

  return async (credentials: Credentials): Promise<Principal> => {
    if (credentials.apiKey) return byKey(credentials.apiKey, credentials);
    const bearer = /^Bearer (.+)$/i.exec(credentials.authorization ?? "")?.[1];
    if (bearer && parseApiKey(bearer))
      throw new ProblemError("unauthenticated", "This is an API key. Send it in X-Vault-API-Key; Authorization is for members.");
    if (bearer) return byMember(bearer, credentials.clientId);
    throw new ProblemError("unauthenticated", "Send an API key in X-Vault-API-Key, or a member's access token.");
  };
}

const digest = (text: string) => createHash("sha256").update(text).digest();
