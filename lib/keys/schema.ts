import { environment } from "@ledgix/contract/api-key";
import { scope } from "@ledgix/contract/permissions";
import { z } from "zod";

/** A key as members see it: never the key, never its hash. */
export const apiKeyRow = z.object({
  id: z.string(),
  name: z.string(),
  environment,
  scopes: z.array(scope),
  prefix: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  last_used_runtime: z.string().nullable(),
});
export type ApiKeyRow = z.infer<typeof apiKeyRow>;

export const keyPresets = {
  application: {
    label: "Application",
    hint: "Asks for clearance, uses its tokens, reads its own ledger entries.",
    scopes: ["clearance", "ledger:read:own"],
  },
  automation: {
    label: "Application and policies",
    hint: "The same, and registers and uploads policies. For a deployment pipeline.",
    scopes: ["clearance", "ledger:read:own", "policies:read", "policies:write"],
  },
} as const;

export const newKey = z.object({
  name: z.string().trim().min(1, "Give the key a name, such as the service that will use it.").max(80),
  environment,
  preset: z.enum(["application", "automation"]),
});
export type NewKey = z.infer<typeof newKey>;
