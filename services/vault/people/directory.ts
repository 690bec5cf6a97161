import { type Role, role, roleMay } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";
import { isOutage } from "@ledgix/tenancy/database";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { plainAddress } from "./address.ts";

type Deps = Pick<VaultDependencies, "controlPlane">;

/** A member of the tenant as the control plane has them now, by their address in its plain spelling. */
export type Person = { userId: string; email: string; role: Role; since: Date };

const row = z.object({
  user_id: z.string(),
  email: z.string(),
  role,
  /** Seconds since the epoch: whoever else holds the control plane's connection may have its own parsing of times. */
  since: z.number(),
});

/**
 * Everybody who is a member now. Never remembered: a member who left a moment ago is not in it.
 *
 * @throws {ProblemError} `control_plane_unavailable`
 */
export async function readPeople({ controlPlane }: Deps, clientId: string): Promise<Person[]> {
  const rows = await controlPlane
    .rows(
      row,
      `select user_id::text, email, role, extract(epoch from created_at)::double precision as since
       from public.memberships where client_id = $1 order by created_at, user_id`,
      [clientId],
    )
    .catch(asUnavailable);
  return rows.map(({ user_id, email, since, ...rest }) => ({
    ...rest,
    userId: user_id,
    email: plainAddress(email),
    since: new Date(since * 1000),
  }));
}

/**
 * The addresses of who was a member and is none any more, so that a setting that names them is told from one that names an outsider.
 *
 * @throws {ProblemError} `control_plane_unavailable`
 */
export async function readFormer({ controlPlane }: Deps, clientId: string, people: readonly Person[]): Promise<Set<string>> {
  const rows = await controlPlane
    .rows(z.object({ email: z.string() }), "select email from private.former_members where client_id = $1", [clientId])
    .catch(asUnavailable);
  const present = new Set(people.map(({ email }) => email));
  return new Set(rows.map(({ email }) => plainAddress(email)).filter((email) => !present.has(email)));
}

function asUnavailable(error: unknown): never {
  if (!isOutage(error)) throw error;
  throw new ProblemError("control_plane_unavailable", "Who is a member cannot be checked right now. Try again shortly.", {
    retryAfter: 5,
    cause: error,
  });
}

export const mayDecide = ({ role }: Pick<Person, "role">): boolean => roleMay(role, "reviews:decide");

/** The addresses of those who may decide now. */
export const decidersIn = (people: readonly Person[]): Set<string> => new Set(people.filter(mayDecide).map(({ email }) => email));

/** Why an address is of nobody who may decide, as a sentence; null where it is. */
export function unfitness(people: readonly Person[], address: string): string | null {
  const person = people.find(({ email }) => email === plainAddress(address));
  if (person === undefined) return `${address} is not a member of this tenant.`;
  return mayDecide(person) ? null : `${address} has the role ${person.role}, which decides no cases.`;
}
