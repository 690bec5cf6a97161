"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/state";
import { exactTime } from "@/lib/format";
import { resumeTenant } from "@/lib/tenants/actions";

type Props = { client: string; isOwner: boolean; isHeldByOperator: boolean; deleteAfter: string | null };

/** Instead of every page of a tenant that is stopped. What an operator stopped, an operator resumes. */
export function Suspended({ client, isOwner, isHeldByOperator, deleteAfter }: Props) {
  const [isPending, start] = useTransition();
  const router = useRouter();
  const resume = () =>
    start(async () => {
      const result = await resumeTenant(client);
      if (!result.ok) return void toast.error(result.error);
      toast.success("The tenant is back. Keys work again within seconds.");
      router.refresh();
    });
  return (
    <EmptyState
      title="This tenant is suspended"
      action={
        isOwner &&
        !isHeldByOperator && (
          <Button onClick={resume} disabled={isPending}>
            {isPending ? "Resuming…" : "Resume tenant"}
          </Button>
        )
      }
    >
      <p>Vault refuses its keys and its members. Nothing was deleted.</p>
      {deleteAfter && (
        <p className="text-denied" suppressHydrationWarning>
          It is marked for deletion after {exactTime(deleteAfter)}. {!isHeldByOperator && "Resuming takes that back."}
        </p>
      )}
      {isHeldByOperator ? (
        <p>An operator of this Ledgix suspended it. Ask them why, and to resume it.</p>
      ) : (
        !isOwner && <p>An owner can resume it.</p>
      )}
    </EmptyState>
  );
}
