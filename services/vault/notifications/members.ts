import { role } from "@ledgix/contract/permissions";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";

const member = z.object({ user_id: z.string(), email: z.string(), role });
export type TenantMember = z.infer<typeof member>;

/** The tenant's members, by their addresses in lower case. */
export function membersOf({ controlPlane }: Pick<VaultDependencies, "controlPlane">, clientId: string): Promise<TenantMember[]> {
  return controlPlane.rows(
    member,
    "select user_id::text, lower(email) as email, role from public.memberships where client_id = $1",
    [clientId],
  );
}
