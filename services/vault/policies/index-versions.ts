import { z } from "zod";
import { JudgeUnavailable } from "../adapters/judge-client.ts";
import type { VaultDependencies } from "../dependencies.ts";

/**
 * Has the judge cut and embed the versions that were not indexed yet. Right after an upload this is quick; what fails (the judge is
 * away) stays, and the background loop asks again.
 */
export async function indexPolicyVersions(
  deps: Pick<VaultDependencies, "tenants" | "judge" | "log">,
  clientId: string,
): Promise<number> {
  const database = await deps.tenants.database(clientId);
  const waiting = await database.rows(
    z.object({ policy_version_id: z.string() }),
    "select policy_version_id from policy_versions where indexed_at is null order by created_at limit 50",
  );
  let indexed = 0;
  for (const { policy_version_id } of waiting) {
    try {
      await deps.judge.ingest(clientId, policy_version_id);
      indexed++;
    } catch (error) {
      deps.log.error("policy.not_indexed", error, { policy_version_id });
      if (error instanceof JudgeUnavailable) break;
    }
  }
  return indexed;
}
