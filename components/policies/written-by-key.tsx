"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { discardDraft } from "@/lib/policies/actions";

type Props = { client: string; policy: PolicyDocument; mayWrite: boolean };

/** A draft that a key wrote: it decides nothing until a member has read it and puts it in force. */
export function WrittenByKey({ client, policy, mayWrite }: Props) {
  const queries = useQueryClient();
  const router = useRouter();
  const [, start] = useTransition();
  if (!policy.is_by_key || policy.state !== "draft") return null;
  const rest = policy.versions.length === 1 ? "" : `/${encodeURIComponent(policy.policy_id)}`;
  const discard = () =>
    start(async () => {
      const result = await discardDraft(client, policy.policy_id, policy.policy_version_id);
      if (!result.ok) return void toast.error(result.error);
      // Away from it first: what reads this page anew would find no such version.
      router.replace(`/${client}/policies${rest}`);
      toast.success("The draft is discarded.");
      void queries.invalidateQueries({ queryKey: [client, "policies"] });
      void queries.invalidateQueries({ queryKey: [client, "policy", policy.policy_id, null] });
    });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg bg-paused-soft px-4 py-2.5 text-paused">
      <p className="flex min-w-0 flex-1 basis-72 items-start gap-2">
        <KeyRound className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span className="min-w-0 break-words">
          The key {policy.created_by} wrote this draft. It decides nothing until a member has read it and puts it in force.
        </span>
      </p>
      {mayWrite && (
        <ConfirmButton
          label="Discard"
          accessibleLabel="Discard this draft"
          title={`Discard version ${policy.version} of ${policy.title}`}
          consequence={`The draft of the key ${policy.created_by} is taken away. What is in force stays as it is.`}
          confirm="Discard draft"
          variant="secondary"
          onConfirm={discard}
        />
      )}
    </div>
  );
}
