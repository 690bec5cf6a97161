import "server-only";
import { z } from "zod";

const consoleEnv = z.object({
  /** The Supabase project, as this server reaches it. */
  SUPABASE_URL: z.url(),
  SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
  /** Vault, as this server reaches it. */
  VAULT_URL: z.url(),
  /** Vault, as applications reach it: shown in snippets. */
  VAULT_PUBLIC_URL: z.url(),
  CONSOLE_URL: z.url(),
  /** The embedded default's inbox; unset elsewhere. */
  LOCAL_INBOX_URL: z.url().optional(),
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
