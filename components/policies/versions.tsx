"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Panel } from "@/components/ui/page";
import { Time } from "@/components/ui/time";
import { rollBackPolicy } from "@/lib/policies/actions";
import { StateBadge } from "./state-badge";
import { usePolicyAction } from "./use-policy-action";

/** Every version there was, the newest first: none ever changes. */
export function Versions({ client, policy, mayWrite }: { client: string; policy: PolicyDocument; mayWrite: boolean }) {
  const { run } = usePolicyAction(client);
  const router = useRouter();
  const root = `/${client}/policies/${encodeURIComponent(policy.policy_id)}`;
  return (
    <Panel>
      <ul aria-label="Versions" className="divide-y divide-line">
        {policy.versions.map((version, i) => {
          const before = policy.versions[i + 1];
          return (
            <li key={version.policy_version_id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
              <div className="min-w-0 flex-1 basis-64">
                <p className="flex flex-wrap items-center gap-2">
                  <Link
                    href={`${root}?version=${version.policy_version_id}`}
                    aria-current={version.policy_version_id === policy.policy_version_id ? "true" : undefined}
                    className="font-semibold underline-offset-2 hover:underline"
                  >
                    Version {version.version}
                  </Link>
                  <StateBadge state={version.state} />
                  {version.policy_version_id === policy.policy_version_id && (
                    <span className="text-xs text-muted">open here</span>
                  )}
                </p>
                <p className="text-muted">
                  By {version.created_by}, <Time at={version.created_at} />
                  {version.effective_from && (
                    <>
                      , in force from <Time at={version.effective_from} />
                    </>
                  )}
                  {version.effective_until && (
                    <>
                      {" "}
                      until <Time at={version.effective_until} />
                    </>
                  )}
                  {version.note && ` · “${version.note}”`}
                </p>
              </div>
              <div className="flex flex-wrap items-center gap-3">
                {before && (
                  <Link
                    href={`${root}/compare?from=${before.policy_version_id}&to=${version.policy_version_id}`}
                    className="text-accent underline underline-offset-2"
                  >
                    what changed
                  </Link>
                )}
                <Link
                  href={`/${client}/ledger?version=${version.policy_version_id}`}
                  className="text-accent underline underline-offset-2"
                >
                  its decisions
                </Link>
                {mayWrite && version.state === "retired" && (
                  <ConfirmButton
                    label="Roll back"
                    accessibleLabel={`Roll back to version ${version.version}`}
                    title={`Roll back to version ${version.version}`}
                    consequence="Its content becomes a new version that is in force at once. Nothing in between is lost."
                    confirm="Roll back"
                    variant="secondary"
                    onConfirm={() =>
                      run(
                        () => rollBackPolicy(client, policy.policy_id, version.policy_version_id),
                        `Back to version ${version.version}.`,
                        () => router.push(root),
                      )
                    }
                  />
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
