import { z } from "zod";
import { environment } from "./environment.ts";

export const refusalReason = z.enum(["wrong_environment", "revoked", "expired"]);

/** A key that was presented and refused, counted. */
export const keyRefusal = z.object({
  key_id: z.string(),
  reason: refusalReason,
  called_environment: environment,
  calls: z.coerce.number().int(),
  last_runtime: z.string(),
  last_from: z.string(),
  last_at: z.string(),
});
export type KeyRefusal = z.infer<typeof keyRefusal>;

const times = (count: number) => (count === 1 ? "once" : count === 2 ? "twice" : `${count} times`);

/** "A development key called production 12 times.", and what mends it. */
export function describeRefusal(
  { reason, calls, called_environment }: Pick<KeyRefusal, "reason" | "calls" | "called_environment">,
  key: { name: string; environment: string },
): { what: string; mend: string } {
  switch (reason) {
    case "wrong_environment":
      return {
        what: `A ${key.environment} key, ${key.name}, called ${called_environment} ${times(calls)}.`,
        mend: `Give that runtime a ${called_environment} key, or point LEDGIX_VAULT_URL at the ${key.environment} Vault.`,
      };
    case "revoked":
      return {
        what: `The revoked key ${key.name} was used ${times(calls)}.`,
        mend: "That runtime still holds the old key. Give it a new one, and redeploy it.",
      };
    case "expired":
      return {
        what: `The expired key ${key.name} was used ${times(calls)}.`,
        mend: "Create a new key for that runtime. Rotating before the end keeps both working for a while.",
      };
  }
}
