import { environment } from "@ledgix/contract/environment";
import { holdsApiKey, KEY_IN_TEXT } from "@ledgix/contract/key-in-text";
import { keyRefusal } from "@ledgix/contract/key-refusal";
import { heldScopes, isDeploymentKey, type Scope, scope } from "@ledgix/contract/permissions";
import { z } from "zod";

/** A key as members see it: never the key, never its hash. */
export const apiKeyRow = z.object({
  id: z.string(),
  name: z.string(),
  environment,
  scopes: heldScopes,
  prefix: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  replaced_by: z.string().nullable(),
  last_used_at: z.string().nullable(),
  last_used_from: z.string().nullable(),
  last_used_runtime: z.string().nullable(),
});
export type ApiKeyRow = z.infer<typeof apiKeyRow>;

/** A runtime that uses a key, by what it calls itself. */
export const keyUse = z.object({ key_id: z.string(), runtime: z.string(), last_from: z.string(), last_used_at: z.string() });
export type KeyUse = z.infer<typeof keyUse>;

export const keyList = z.object({ keys: z.array(apiKeyRow), uses: z.array(keyUse), refusals: z.array(keyRefusal) });
export type KeyList = z.infer<typeof keyList>;

export const presetNames = ["application", "deployment", "observer", "custom"] as const;
export const keyPresets: Record<(typeof presetNames)[number], { label: string; hint: string; scopes: readonly Scope[] }> = {
  application: {
    label: "Application",
    hint: "Asks for clearance, uses its tokens, reads its own ledger entries.",
    scopes: ["clearance", "ledger:read:own"],
  },
  deployment: {
    label: "Deployment",
    hint: "Registers and uploads policies, for a pipeline. They are drafts until a member puts them in force, unless you let deployment keys do it. It never asks for clearance.",
    scopes: ["policies:read", "policies:write"],
  },
  observer: {
    label: "Observer",
    hint: "Reads the queue, the policies and the whole ledger. Asks for nothing and changes nothing.",
    scopes: ["reviews:read", "policies:read", "settings:read", "ledger:read"],
  },
  custom: { label: "Custom", hint: "Chosen scope by scope.", scopes: [] },
};

/** What each scope lets a key do, in the words of the form. */
export const scopeHints: Record<Scope, string> = {
  clearance: "Ask for clearance, use tokens, cancel own requests",
  "ledger:read:own": "Read the ledger entries of its own requests",
  "ledger:read": "Read the whole ledger",
  "reviews:read": "Read paused requests",
  "reviews:decide": "Approve and deny paused requests",
  "policies:read": "Read policies",
  "policies:write": "Write drafts of policies, and propose mappings and terms",
  "settings:read": "Read settings",
  "settings:write": "Propose changes of settings",
};

/** What scopes mean together that none means alone; null where that is nothing. */
export function meaningOfMix(held: readonly Scope[]): string | null {
  if (!held.includes("policies:write")) return null;
  if (isDeploymentKey(held))
    return "What this key writes is a draft that a member puts in force, unless the review rules let deployment keys do it. Keep it in the pipeline, out of every agent.";
  const also = [
    ...(held.includes("clearance") ? ["asks for clearance"] : []),
    ...(held.includes("reviews:decide") ? ["decides"] : []),
  ];
  return `This key writes policies and ${also.join(" and ")}, so whatever it writes stays a draft until a member puts it in force, always: nobody writes the rules that they are judged by. For a pipeline, make a key of its own with the scope Deployment.`;
}

export const expiryDays = ["", "7", "30", "90", "365"] as const;

export const newKey = z
  .object({
    name: z
      .string()
      .trim()
      .min(1, "Give the key a name, such as the service that will use it.")
      .max(80)
      .refine((name) => !holdsApiKey(name), KEY_IN_TEXT),
    environment,
    preset: z.enum(presetNames),
    scopes: z.array(scope).default([]),
    /** Days until it ends; empty: never. */
    expires_in_days: z.enum(expiryDays).default(""),
  })
  .refine(({ preset, scopes }) => preset !== "custom" || scopes.length > 0, "Choose at least one scope.");
export type NewKey = z.input<typeof newKey>;

/** Hours for which the old key works on after a rotation. */
export const overlapHours = ["0", "1", "24", "72", "168"] as const;
export const overlap = z.enum(overlapHours);
