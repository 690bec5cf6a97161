import "server-only";
import { problem } from "@ledgix/contract/problem";
import type { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { env } from "../env";
import type { Member } from "../session";

/** Calls Vault with the member's own access token: Vault decides what they may. */
export function vaultFetch(member: Member, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(env().VAULT_URL.replace(/\/+$/, "") + path, {
    ...init,
    cache: "no-store",
    headers: { ...init.headers, authorization: `Bearer ${member.accessToken}`, "x-ledgix-client": member.tenant.id },
  });
}

/** Reads JSON from Vault through its schema. @throws an error whose message a person can read */
export async function readVault<Schema extends z.ZodType>(
  member: Member,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const result = await callVault(member, path, schema);
  if (!result.ok) throw new Error(result.error);
  return result.data;
}

/** The same, with a problem as a value. */
export async function callVault<Schema extends z.ZodType>(
  member: Member,
  path: string,
  schema: Schema,
  init?: RequestInit,
): Promise<ActionResult<z.output<Schema>>> {
  const response = await vaultFetch(member, path, init).catch(() => null);
  if (response === null)
    return failed("Vault cannot be reached right now. Nothing was changed; try again shortly.", "vault_unreachable");
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const parsed = problem.safeParse(body);
    return parsed.success ? failed(parsed.data.detail, parsed.data.code) : failed("Vault could not answer. Try again shortly.");
  }
  return succeeded(schema.parse(body));
}

export function json(method: "POST" | "PUT", body: unknown): RequestInit {
  return {
    method,
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  };
}
