import type { Environment } from "@ledgix/contract/environment";
import { type Permission, type Role, roleMay, type Scope, scopesMay } from "@ledgix/contract/permissions";
import { ProblemError } from "@ledgix/contract/problem";

/** Who is calling: a tenant's application by its key, or a member by their own access token. */
export type Principal =
  | {
      kind: "key";
      clientId: string;
      /** The same through rotations: what the key before asked for is this one's too. */
      familyId: string;
      name: string;
      environment: Environment;
      scopes: Scope[];
    }
  | { kind: "member"; clientId: string; userId: string; email: string; role: Role };

/** One word for a principal, stable for good: rate limits, idempotency and "who asked" go by it. */
export function principalId(principal: Principal): string {
  return principal.kind === "key" ? `key:${principal.familyId}` : `member:${principal.userId}`;
}

/** A principal as what it wrote keeps it: for telling apart, and for people. */
export type Author = { id: string | null; label: string };
export const authorOf = (principal: Principal): Author => ({ id: principalId(principal), label: principalLabel(principal) });
export const isKey = (authorId: string | null): boolean => authorId?.startsWith("key:") === true;

/** What people read: the member's address, or the key's name, which is free text: one that is written like an address is no member's. */
export function principalLabel(principal: Principal): string {
  if (principal.kind === "member") return principal.email;
  return principal.name.normalize("NFKC").includes("@") ? `the key “${principal.name}”` : principal.name;
}

export function may(principal: Principal, permission: Permission): boolean {
  return principal.kind === "key" ? scopesMay(principal.scopes, permission) : roleMay(principal.role, permission);
}

/** @throws {ProblemError} `forbidden` */
export function assertMay(principal: Principal, permission: Permission): void {
  if (may(principal, permission)) return;
  const holder = principal.kind === "key" ? `The key ${principal.name}` : `The role ${principal.role}`;
  throw new ProblemError("forbidden", `${holder} does not carry the permission ${permission}.`);
}
