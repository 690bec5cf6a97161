"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { describeCall } from "@ledgix/sentence/describe";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import Link from "next/link";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { removeCase } from "@/lib/policies/actions";
import { casesQuery } from "@/lib/vault/policy-queries";
import { tryPath } from "./try-path";
import { usePolicyAction } from "./use-policy-action";
import { verdictWords } from "./verdict";

/** Calls that this policy must answer so, with what this version says. One that fails stops a draft from being put in force. */
export function PolicyCases({ client, policy, mayWrite }: { client: string; policy: PolicyDocument; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(casesQuery(client, policy.policy_id, policy.policy_version_id));
  const { run } = usePolicyAction(client);
  const add = mayWrite && (
    <Button asChild size="sm" variant="secondary">
      <Link href={tryPath(client, policy)}>Try a call and keep it</Link>
    </Button>
  );
  const failed = data?.cases.filter(({ passed }) => passed === false).length ?? 0;
  return (
    <Panel>
      {error ? (
        <ErrorState message={error.message} retry={() => void refetch()} />
      ) : data === undefined ? (
        <SkeletonRows label="Running test cases" rows={3} />
      ) : data.cases.length === 0 ? (
        <EmptyState title="No test cases yet" action={add}>
          Keep a call with the verdict that it must get, such as “this must be denied”. It runs on every draft, and a draft that
          fails it is not put in force.
        </EmptyState>
      ) : (
        <>
          <p className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5">
            <span aria-live="polite">
              {failed === 0
                ? `Version ${policy.version} passes all ${data.cases.length}.`
                : `Version ${policy.version} fails ${failed} of ${data.cases.length}.`}
            </span>
            {add}
          </p>
          <ul aria-label="Test cases" className="divide-y divide-line">
            {data.cases.map((each) => {
              const { agent, text } = describeCall(each.call);
              return (
                <li key={each.case_id} className="flex flex-wrap items-start gap-x-3 gap-y-1 px-4 py-2.5">
                  {each.passed ? (
                    <CircleCheck className="mt-0.5 size-4 shrink-0 text-approved" aria-label="passes" />
                  ) : (
                    <CircleX className="mt-0.5 size-4 shrink-0 text-denied" aria-label="fails" />
                  )}
                  <div className="min-w-0 flex-1 basis-60">
                    <p className="font-semibold">{each.name}</p>
                    <p className="break-words text-muted">
                      {agent} {text}: must be {verdictWords[each.expected]}
                      {each.verdict && !each.passed && `, would be ${verdictWords[each.verdict]}. ${each.reason}`}
                    </p>
                  </div>
                  {mayWrite && (
                    <Button
                      variant="ghost"
                      size="sm"
                      aria-label={`Remove the test case ${each.name}`}
                      onClick={() => run(() => removeCase(client, policy.policy_id, each.case_id), "The test case is removed.")}
                    >
                      Remove
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </Panel>
  );
}
