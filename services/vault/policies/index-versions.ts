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
      await database.run("update policy_uploads set state = 'ready' where policy_version_id = $1 and state = 'embedding'", [
        policy_version_id,
      ]);
    } catch (error) {
      deps.log.error("policy.not_indexed", error, { policy_version_id });
      if (error instanceof JudgeUnavailable) break;
    }
  }
  return indexed;
}

/** After the embedding model changed: goes on with embedding what it does not know, while the old vectors serve. */
export async function reembedPassages(deps: Pick<VaultDependencies, "judge" | "log">, clientId: string): Promise<void> {
  await deps.judge
    .reembed(clientId)
    .catch((error: unknown) => deps.log.error("policy.not_reembedded", error, { client_id: clientId }));
}
