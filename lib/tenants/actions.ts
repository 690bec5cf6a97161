"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { readSubject } from "../access-token";
import { type ActionResult, failed, succeeded } from "../action-result";
import { readSession, requireMember } from "../session";
import { refused } from "../supabase/refusal";
import { supabase } from "../supabase/server";
import { callVault, json } from "../vault/server";

const tenantName = z
  .string()
  .trim()
  .min(1, "Give your tenant a name, such as your company's.")
  .max(80, "A name may hold up to 80 characters.");

/** Makes a tenant with the signed-in person as its owner, and has Vault make its database and secret. */
export async function createTenant(_previous: ActionResult | null, form: FormData): Promise<ActionResult> {
  if ((await readSession()) === null) redirect("/sign-in");
  const name = tenantName.safeParse(form.get("name"));
  if (!name.success) return failed(name.error.issues[0]?.message ?? "Give your tenant a name.");
  const client = await supabase();
  const { data, error } = await client.rpc("create_tenant", { tenant_name: name.data });
  if (error) return refused(error, "The tenant could not be created. Try again shortly.");
  const clientId = z.string().parse(data);
  // Without Vault the tenant stays `provisioning`, and its first page offers to finish.
  await provision(clientId);
  redirect(`/${clientId}`);
}

/** Finishes what `createTenant` began where Vault was away. Doing it twice changes nothing. */
export async function finishTenant(clientId: string): Promise<ActionResult<{ status: string }>> {
  await requireMember(clientId);
  return provision(clientId);
}

/** Gives the tenant another name. Its id, keys and data stay. */
export async function renameTenant(clientId: string, given: string): Promise<ActionResult> {
  await requireMember(clientId);
  const name = tenantName.safeParse(given);
  if (!name.success) return failed(name.error.issues[0]?.message ?? "Give your tenant a name.");
  const client = await supabase();
  const { error } = await client.rpc("rename_tenant", { client: clientId, tenant_name: name.data });
  return error ? refused(error, "The tenant was not renamed. Try again.") : succeeded(null);
}

/** Stops a tenant: from then on Vault lets in no key and no member of it. */
export async function suspendTenant(clientId: string): Promise<ActionResult> {
  await requireMember(clientId);
  const client = await supabase();
  const { error } = await client.rpc("suspend_tenant", { client: clientId });
  return error ? refused(error, "The tenant was not suspended and works on. Try again.") : succeeded(null);
}

export async function resumeTenant(clientId: string): Promise<ActionResult> {
  await requireMember(clientId);
  const client = await supabase();
  const { error } = await client.rpc("resume_tenant", { client: clientId });
  return error ? refused(error, "The tenant was not resumed. Try again.") : succeeded(null);
}

/** Stops a tenant and marks it for deletion after 30 days, within which it can be resumed. */
export async function requestTenantDeletion(clientId: string, name: string): Promise<ActionResult> {
  await requireMember(clientId);
  const client = await supabase();
  const { error } = await client.rpc("request_tenant_deletion", { client: clientId, confirmed_name: name });
  return error ? refused(error, "Nothing was deleted. Try again.") : succeeded(null);
}

const provisioned = z.object({ status: z.string() });

async function provision(clientId: string): Promise<ActionResult<{ status: string }>> {
  const client = await supabase();
  const { data } = await client.auth.getSession();
  const accessToken = data.session?.access_token ?? "";
  const email = readSubject(accessToken)?.email;
  if (!email) return failed("Sign in again.");
  // The session that was read before does not know the new tenant yet; Vault checks the ownership itself.
  const tenant = {
    id: clientId,
    name: "",
    status: "provisioning",
    delete_after: null,
    suspended_by: null,
    role: "owner" as const,
  };
  const member = { email, accessToken, tenant, tenants: [tenant] };
  return callVault(member, "/admin/provision-tenant", provisioned, json("POST", {}));
}
