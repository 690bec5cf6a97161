import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";

/** Whoever made a key, or one of its family that it follows, holds its secret. `isKnown`: each of them has a maker on record. */
export type KeyMakers = { userIds: Set<string>; isKnown: boolean };

export const familyOf = (principalId: string): string | null => /^key:(.+)$/.exec(principalId)?.[1] ?? null;

export async function makersOf(
  { controlPlane }: Pick<VaultDependencies, "controlPlane">,
  { clientId }: Pick<Principal, "clientId">,
  familyId: string,
): Promise<KeyMakers> {
  const rows = await controlPlane.rows(
    z.object({ created_by: z.string().nullable() }),
    "select created_by::text from public.api_keys where family_id = $1 and client_id = $2",
    [familyId, clientId],
  );
  const known = rows.flatMap(({ created_by }) => (created_by === null ? [] : [created_by]));
  return { userIds: new Set(known), isKnown: rows.length > 0 && known.length === rows.length };
}
