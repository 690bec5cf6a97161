import { isOutage, type Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { isKey } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";

type Deps = Pick<VaultDependencies, "controlPlane">;
/** Ids of people. Null: nobody knows who, such as a person who has left, or an operator. */
type People = (string | null)[];

const author = z.object({ created_by: z.string(), created_by_id: z.string().nullable() });

/**
 * Why a rule of this version may not clear a call of this principal; null where it may. Where the tenant keeps those apart who write rules and
 * who make keys that ask under them, whoever did both has a person decide instead. What cannot be found out counts as the same person.
 *
 * @param call.principal as `principalId` writes it: `key:<family>`
 */
export async function writerHindrance(
  deps: Deps,
  database: Queryable,
  { principal, policyVersionId }: { principal: string; policyVersionId: string | null },
): Promise<string | null> {
  if (policyVersionId === null || !(await isAsked(database))) return null;
  const written = await database.row(
    author,
    "select created_by, created_by_id from policy_versions where policy_version_id = $1",
    [policyVersionId],
  );
  try {
    const makers = await makersOf(deps, principal);
    const writers = written === null ? [null] : await writersOf(deps, principal, written);
    if (!makers.some((maker) => writers.includes(maker))) return null;
    return written !== null && writers.some((writer) => writer !== null && makers.includes(writer))
      ? `${describeWriter(written)} made the key that asks. Somebody else decides.`
      : "It is not known who wrote the rule that would approve this, nor who made the key that asks. A person decides.";
  } catch (error) {
    if (!isOutage(error)) throw error;
    return "Who wrote the rule that would approve this could not be checked. A person decides.";
  }
}

/** The one setting alone: this is asked for each approval. */
async function isAsked(database: Queryable): Promise<boolean> {
  const row = await database.row(
    z.object({ asked: z.boolean() }),
    "select coalesce((value ->> 'separate_rule_writers')::boolean, false) as asked from settings where name = 'review'",
  );
  return row?.asked ?? false;
}

function describeWriter({ created_by, created_by_id }: z.infer<typeof author>): string {
  return isKey(created_by_id)
    ? `The key ${created_by} wrote the rule that would approve this, and the member who made that key also`
    : `${created_by} wrote the rule that would approve this, and also`;
}

/** Whoever made a key of the family holds, or held, its secret. */
async function makersOf({ controlPlane }: Deps, principal: string): Promise<People> {
  if (!isKey(principal)) return [idOf(principal)];
  const rows = await controlPlane.rows(
    z.object({ created_by: z.string().nullable() }),
    "select distinct created_by::text from public.api_keys where family_id::text = $1",
    [idOf(principal)],
  );
  return rows.length === 0 ? [null] : rows.map(({ created_by }) => created_by);
}

/** Versions from before authors had ids are told by the address, or by the keys of the name. */
async function writersOf(deps: Deps, principal: string, { created_by, created_by_id }: z.infer<typeof author>): Promise<People> {
  if (created_by_id !== null) return makersOf(deps, created_by_id);
  const rows = await deps.controlPlane.rows(
    z.object({ id: z.string().nullable() }),
    `with tenant as (select client_id from public.api_keys where family_id::text = $1 limit 1)
     select user_id::text as id from public.memberships where client_id = (table tenant) and lower(email) = lower($2)
     union select created_by::text from public.api_keys where client_id = (table tenant) and name = $2`,
    [idOf(principal), created_by],
  );
  return rows.length === 0 ? [null] : rows.map(({ id }) => id);
}

const idOf = (principal: string) => principal.slice(principal.indexOf(":") + 1);
