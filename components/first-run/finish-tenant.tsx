"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/state";
import { finishTenant } from "@/lib/tenants/actions";

/** A tenant whose database was not made, because Vault was away when it was created. */
export function FinishTenant({ client }: { client: string }) {
  const router = useRouter();
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const finish = () =>
    start(async () => {
      const result = await finishTenant(client);
      if (result.ok) router.refresh();
      else setError(result.error);
    });
  return (
    <EmptyState
      title="Your tenant's database is not made yet"
      action={
        <Button onClick={finish} disabled={isPending}>
          {isPending ? "Making its database…" : "Make it now"}
        </Button>
      }
    >
      Vault could not be reached when the tenant was created. {error}
    </EmptyState>
  );
}
