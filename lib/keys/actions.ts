"use server";

import { randomBytes } from "node:crypto";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { type Environment, environment } from "@ledgix/contract/environment";
import { type KeyRefusal, refusalReason } from "@ledgix/contract/key-refusal";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { memberMay, requireMember } from "../session";
import { refused } from "../supabase/refusal";
import { supabase } from "../supabase/server";
import { keyPresets, type NewKey, newKey, overlap } from "./schema";

const NOT_ALLOWED = "Only an owner or an admin manages keys. Ask one of them.";
const DAY_MS = 24 * 3600 * 1000;

/** A new key with what the database holds of it. Its text exists here and in the answer to the browser alone. */
function makeKey(of: Environment): { key: string; prefix: string; hash: string } {
  const key = createApiKey(of, randomBytes(32));
  const parsed = parseApiKey(key);
  if (parsed === null) throw new Error("A key that was just made must be readable.");
  return { key, prefix: parsed.prefix, hash: parsed.hash };
}

/** Makes a key and hands it to the browser, this once. Only its hash goes to the database. */
export async function createKey(clientId: string, input: NewKey): Promise<ActionResult<{ id: string; key: string }>> {
  const member = await requireMember(clientId);
  if (!memberMay(member, "keys:write")) return failed(NOT_ALLOWED, "forbidden");
  const parsed = newKey.safeParse(input);
  if (!parsed.success) return failed(parsed.error.issues[0]?.message ?? "The key's details do not fit.");
  const { preset, scopes, expires_in_days: days } = parsed.data;
  const { key, prefix, hash } = makeKey(parsed.data.environment);
  const client = await supabase();
  const { data, error } = await client.rpc("create_api_key", {
    client: clientId,
    key_name: parsed.data.name,
    key_environment: parsed.data.environment,
    key_scopes: preset === "custom" ? scopes : [...keyPresets[preset].scopes],
    key_prefix: prefix,
    hash,
    ...(days !== "" && { expires: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
  });
  if (error) return refused(error, "The key could not be stored, so it does not exist. Try again.");
  return succeeded({ id: z.string().parse(data), key });
}

/** Makes the successor of a key. The old one works on for the overlap, so that no runtime is cut off while it is redeployed. */
export async function rotateKey(
  clientId: string,
  keyId: string,
  of: Environment,
  hours: z.infer<typeof overlap>,
): Promise<ActionResult<{ key: string }>> {
  const member = await requireMember(clientId);
  if (!memberMay(member, "keys:write")) return failed(NOT_ALLOWED, "forbidden");
  const { key, prefix, hash } = makeKey(environment.parse(of));
  const client = await supabase();
  const { error } = await client.rpc("rotate_api_key", {
    key_id: z.uuid().parse(keyId),
    new_prefix: prefix,
    hash,
    overlap: `${overlap.parse(hours)} hours`,
  });
  if (error) return refused(error, "The key was not rotated and works as before. Try again.");
  return succeeded({ key });
}

/** Ends a key. Applications that use it are refused within seconds. */
export async function revokeKey(clientId: string, keyId: string): Promise<ActionResult> {
  const member = await requireMember(clientId);
  if (!memberMay(member, "keys:write")) return failed(NOT_ALLOWED, "forbidden");
  const client = await supabase();
  const { error } = await client.rpc("revoke_api_key", { key_id: z.uuid().parse(keyId) });
  return error ? refused(error, "The key could not be revoked and still works. Try again.") : succeeded(null);
}

/** Takes a refusal off the page, where it is mended. */
export async function dismissRefusal(
  clientId: string,
  refusal: Pick<KeyRefusal, "key_id" | "reason" | "called_environment">,
): Promise<ActionResult> {
  const member = await requireMember(clientId);
  if (!memberMay(member, "keys:write")) return failed(NOT_ALLOWED, "forbidden");
  const client = await supabase();
  const { error } = await client.rpc("dismiss_key_refusal", {
    refused_key: z.uuid().parse(refusal.key_id),
    refusal_reason: refusalReason.parse(refusal.reason),
    environment: environment.parse(refusal.called_environment),
  });
  return error ? refused(error, "It could not be dismissed. Try again.") : succeeded(null);
}
