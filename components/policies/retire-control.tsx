"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { retirePolicy } from "@/lib/policies/actions";
import { usePolicyAction } from "./use-policy-action";

export function RetireControl({ client, policy }: { client: string; policy: PolicyDocument }) {
  const { run } = usePolicyAction(client);
  return (
    <ConfirmButton
      label="Retire"
      title={`Retire ${policy.title}`}
      consequence={`Its rules stop deciding at once, for ${policy.tools.length === 0 ? "every tool" : policy.tools.join(", ")}. Calls that no other policy covers pause for a person. Its versions stay, and it can come back.`}
      confirm="Retire the policy"
      onConfirm={() => run(() => retirePolicy(client, policy.policy_id), `${policy.title} is retired.`)}
    />
  );
}
