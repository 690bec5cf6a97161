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
  return resultOf(await askVault(member, path, init), schema);
}

type VaultAnswer = { ok: boolean; body: unknown } | null;

/** An answer as it came; null where none did. */
export async function askVault(member: Member, path: string, init?: RequestInit): Promise<VaultAnswer> {
  const response = await vaultFetch(member, path, init).catch(() => null);
  return response && { ok: response.ok, body: await response.json().catch(() => null) };
}

export function resultOf<Schema extends z.ZodType>(answer: VaultAnswer, schema: Schema): ActionResult<z.output<Schema>> {
  if (answer === null)
    return failed("Vault cannot be reached right now. Nothing was changed; try again shortly.", "vault_unreachable");
  if (answer.ok) return succeeded(schema.parse(answer.body));
  const parsed = problem.safeParse(answer.body);
  return parsed.success ? failed(parsed.data.detail, parsed.data.code) : failed("Vault could not answer. Try again shortly.");
}

export function json(method: "POST" | "PUT", body: unknown): RequestInit {
  return {
    method,
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  };
}
