"use server";

import { randomBytes } from "node:crypto";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { z } from "zod";
import { type ActionResult, failed, succeeded } from "../action-result";
import { memberMay, requireMember } from "../session";
import { supabase } from "../supabase/server";
import { keyPresets, type NewKey, newKey } from "./schema";

const NOT_ALLOWED = "Only an owner or an admin manages keys. Ask one of them.";

/** Makes a key and hands it to the browser, this once. Only its hash goes to the database. */
export async function createKey(clientId: string, input: NewKey): Promise<ActionResult<{ id: string; key: string }>> {
  const member = await requireMember(clientId);
  if (!memberMay(member, "keys:write")) return failed(NOT_ALLOWED, "forbidden");
  const parsed = newKey.safeParse(input);
  if (!parsed.success) return failed(parsed.error.issues[0]?.message ?? "The key's details do not fit.");
  const key = createApiKey(parsed.data.environment, randomBytes(32));
  const { prefix, hash } = parseApiKey(key) ?? {};
  if (!prefix || !hash) return failed("The key could not be made. Try again.");
  const client = await supabase();
  const { data, error } = await client.rpc("create_api_key", {
    client: clientId,
    key_name: parsed.data.name,
    key_environment: parsed.data.environment,
    key_scopes: [...keyPresets[parsed.data.preset].scopes],
    key_prefix: prefix,
    hash,
  });
  if (error)
    return failed(error.code === "42501" ? NOT_ALLOWED : "The key could not be stored, so it does not exist. Try again.");
  return succeeded({ id: z.string().parse(data), key });
}

/** Ends a key. Applications that use it are refused within seconds. */
export async function revokeKey(clientId: string, keyId: string): Promise<ActionResult> {
  const member = await requireMember(clientId);
  if (!memberMay(member, "keys:write")) return failed(NOT_ALLOWED, "forbidden");
  const client = await supabase();
  const { error } = await client.rpc("revoke_api_key", { key_id: z.uuid().parse(keyId) });
  if (error) return failed(error.code === "42501" ? NOT_ALLOWED : "The key could not be revoked and still works. Try again.");
  return succeeded(null);
}
