import "server-only";
import { z } from "zod";
import { parseNetworks } from "./auth/client-address";

const consoleEnv = z.object({
  /** The Supabase project, as this server reaches it. */
  SUPABASE_URL: z.url(),
  SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
  /** Vault, as this server reaches it. */
  VAULT_URL: z.url(),
  /** Vault, as applications reach it: shown in snippets. */
  VAULT_PUBLIC_URL: z.url(),
  /** The console, as people reach it. */
  CONSOLE_URL: z.url(),
  /** Proxies in front of the console, as addresses and networks. X-Forwarded-For counts from these alone. */
  CONSOLE_TRUSTED_PROXIES: z
    .string()
    .default("")
    .transform((text, context) => {
      try {
        return parseNetworks(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "takes addresses and networks" });
        return z.NEVER;
      }
    }),
  /** Keys the names under which tries are counted; the same on all replicas. */
  CONSOLE_ATTEMPTS_SECRET: z.string().min(32).optional(),
  /** The names that this server answers to, without ports, separated by commas; unset: any, as behind a load balancer. */
  CONSOLE_ALLOWED_HOSTS: z
    .string()
    .transform((hosts) =>
      hosts
        .split(",")
        .map((host) => host.trim().toLowerCase())
        .filter(Boolean),
    )
    .optional(),
  /** Mail goes to the embedded default's inbox. */
  HAS_LOCAL_INBOX: z.stringbool().default(false),
});

let parsed: z.infer<typeof consoleEnv> | undefined;

/** The console's environment, read at the first request, so that a build needs none of it. */
export function env(): z.infer<typeof consoleEnv> {
  if (parsed) return parsed;
  const result = consoleEnv.safeParse(process.env);
  if (!result.success) {
    throw new Error(
      `The console's environment does not fit: ${result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; ")}`,
    );
  }
  parsed = result.data;
  return parsed;
}
