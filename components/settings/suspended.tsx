"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/state";
import { exactTime } from "@/lib/format";
import { resumeTenant } from "@/lib/tenants/actions";

/** Instead of every page of a tenant that is stopped. */
export function Suspended({ client, isOwner, deleteAfter }: { client: string; isOwner: boolean; deleteAfter: string | null }) {
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
        isOwner && (
          <Button onClick={resume} disabled={isPending}>
            {isPending ? "Resuming…" : "Resume tenant"}
          </Button>
        )
      }
    >
      <p>Vault refuses its keys and its members. Nothing was deleted.</p>
      {deleteAfter && (
        <p className="text-denied" suppressHydrationWarning>
          It is marked for deletion after {exactTime(deleteAfter)}. Resuming takes that back.
        </p>
      )}
      {!isOwner && <p>An owner can resume it.</p>}
    </EmptyState>
  );
}
