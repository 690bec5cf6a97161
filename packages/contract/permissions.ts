import { z } from "zod";

export const roles = ["owner", "admin", "reviewer", "compliance"] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

export const scopes = [
  "clearance",
  "ledger:read:own",
  "ledger:read",
  "reviews:read",
  "reviews:decide",
  "policies:read",
  "policies:write",
  "settings:read",
  "settings:write",
] as const;
export const scope = z.enum(scopes);
export type Scope = z.infer<typeof scope>;
/** Scopes as they are stored. One that this version does not know, as after a step back to it, grants nothing. */
export const heldScopes = z.array(z.string()).transform((held) => scopes.filter((known) => held.includes(known)));

/** What a deployment key must not do as well: whoever writes the rules does not also ask under them, nor decide. */
const askingOrDeciding = ["clearance:request", "token:mint", "token:consume", "reviews:decide"] as const;

/** A key that writes policies and neither asks for clearance, mints, burns nor decides. A tenant may let it put policies in force. */
export function isDeploymentKey(held: readonly Scope[]): boolean {
  return scopesMay(held, "policies:write") && !askingOrDeciding.some((permission) => scopesMay(held, permission));
}

/** What an application gets unless more is asked for. No preset holds `reviews:decide`: an agent must not approve itself. */
export const defaultScopes: readonly Scope[] = ["clearance", "ledger:read:own"];

const everyone: readonly Role[] = roles;
const administrators: readonly Role[] = ["owner", "admin"];

/**
 * Who may do what: the scopes of a key (any one suffices) and the roles of a member. Vault and the console both read this table.
 * No role holds `clearance:*`: a person decides, and the token goes to the application that asked, never to the person.
 */
export const permissions = {
  "clearance:request": { scopes: ["clearance"], roles: [] },
  "clearance:read": { scopes: ["clearance"], roles: [] },
  "token:mint": { scopes: ["clearance"], roles: [] },
  "token:consume": { scopes: ["clearance"], roles: [] },
  "reviews:read": { scopes: ["reviews:read", "reviews:decide"], roles: everyone },
  "reviews:decide": { scopes: ["reviews:decide"], roles: ["owner", "admin", "reviewer"] },
  "reviews:collaborate": { scopes: [], roles: ["owner", "admin", "reviewer"] },
  "policies:read": { scopes: ["policies:read", "policies:write"], roles: everyone },
  "policies:write": { scopes: ["policies:write"], roles: administrators },
  "settings:read": { scopes: ["settings:read", "settings:write"], roles: everyone },
  "settings:write": { scopes: ["settings:write"], roles: administrators },
  "ledger:read": { scopes: ["ledger:read", "ledger:read:own"], roles: everyone },
  "ledger:redact": { scopes: [], roles: ["owner"] },
  "keys:read": { scopes: [], roles: everyone },
  "keys:write": { scopes: [], roles: administrators },
  "members:write": { scopes: [], roles: administrators },
  "tenant:provision": { scopes: [], roles: ["owner"] },
} as const satisfies Record<string, { scopes: readonly Scope[]; roles: readonly Role[] }>;

export type Permission = keyof typeof permissions;

export function roleMay(role: Role, permission: Permission): boolean {
  return (permissions[permission].roles as readonly Role[]).includes(role);
}

export function scopesMay(held: readonly Scope[], permission: Permission): boolean {
  return (permissions[permission].scopes as readonly Scope[]).some((scope) => held.includes(scope));
}
