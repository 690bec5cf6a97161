import type { NotificationRoute, NotificationSettings } from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { VaultDependencies } from "../dependencies.ts";
import { plainAddress } from "./address.ts";
import { type Person, readFormer, readPeople } from "./directory.ts";

type Deps = Pick<VaultDependencies, "controlPlane">;

/** Who there is to tell: members, and who was one and is told nothing any more. Anybody else is an outsider whom an admin may name in a route. */
export type Mailing = { people: readonly Person[]; former: ReadonlySet<string> };

/** @throws {ProblemError} `control_plane_unavailable` */
export async function readMailing(deps: Deps, clientId: string): Promise<Mailing> {
  const people = await readPeople(deps, clientId);
  return { people, former: await readFormer(deps, clientId, people) };
}

/** The addresses that a route mails to, each once. */
export function addressesOfRoute({ to }: NotificationRoute, { people, former }: Mailing): string[] {
  const named = to.emails.map(plainAddress).filter((address) => !former.has(address));
  const held = people.filter(({ role }) => to.roles.includes(role)).map(({ email }) => email);
  return [...new Set([...named, ...held])];
}

const formerIn = ({ to }: NotificationRoute, { former }: Mailing) =>
  to.emails.filter((address) => former.has(plainAddress(address)));

/** No route names somebody who left: what they may not read in the console, no mail tells them. @throws {ProblemError} `invalid_body` */
export async function assertRoutesName(deps: Deps, clientId: string, routes: readonly NotificationRoute[]): Promise<void> {
  if (routes.every(({ to }) => to.emails.length === 0)) return;
  const mailing = await readMailing(deps, clientId);
  const errors = routes.flatMap((route, i) =>
    formerIn(route, mailing).map((address) => ({
      path: `routes.${i}.to.emails.${route.to.emails.indexOf(address)}`,
      message: `${address} is not a member of this tenant any more.`,
      route: route.name,
    })),
  );
  const [first] = errors;
  if (first === undefined) return;
  throw new ProblemError(
    "invalid_body",
    `The route ${first.route}: ${first.message} Take the address out of the route, or invite them again.`,
    { errors: errors.map(({ path, message }) => ({ path, message })) },
  );
}

/** Routes that name somebody who left. */
export function formerWarnings(routes: readonly NotificationRoute[], mailing: Mailing): NotificationSettings["warnings"] {
  return routes.flatMap((route) =>
    formerIn(route, mailing).map((address) => ({
      route_id: route.id,
      detail: `“${route.name}” names ${address}, who is not a member any more: no mail goes there.`,
    })),
  );
}
