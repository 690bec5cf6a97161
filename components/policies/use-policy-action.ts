"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useTransition } from "react";
import { toast } from "sonner";
import type { ActionResult } from "@/lib/action-result";

/** Has everything that shows policies read again. */
export const refreshPolicies = (queries: QueryClient, client: string) =>
  Promise.all(
    ["policies", "policy", "policy-coverage", "policy-uploads", "tools", "policy-terms"].map((key) =>
      queries.invalidateQueries({ queryKey: [client, key] }),
    ),
  );

/** Runs an action on policies: says what came of it, and has everything that shows policies read again. */
export function usePolicyAction(client: string) {
  const queries = useQueryClient();
  const [isPending, start] = useTransition();
  const run = <Data>(action: () => Promise<ActionResult<Data>>, done: string, then?: (data: Data) => void) =>
    start(async () => {
      const result = await action();
      if (!result.ok) return void toast.error(result.error, { duration: 10_000 });
      await refreshPolicies(queries, client);
      toast.success(done);
      then?.(result.data);
    });
  return { run, isPending };
}
