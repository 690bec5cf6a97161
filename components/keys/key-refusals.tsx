"use client";

import { describeRefusal, type KeyRefusal } from "@ledgix/contract/key-refusal";
import { useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Time } from "@/components/ui/time";
import { dismissRefusal } from "@/lib/keys/actions";
import type { KeyList } from "@/lib/keys/schema";

/** Keys that were presented and refused: what happened, and what mends it. */
export function KeyRefusals({ client, list, mayManage }: { client: string; list: KeyList; mayManage: boolean }) {
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const dismiss = (refusal: KeyRefusal) =>
    start(async () => {
      const result = await dismissRefusal(client, refusal);
      if (!result.ok) toast.error(result.error);
      await queries.invalidateQueries({ queryKey: [client, "keys"] });
    });
  if (list.refusals.length === 0) return null;
  return (
    <ul aria-label="Refused keys" className="flex flex-col gap-2">
      {list.refusals.map((refusal) => {
        const key = list.keys.find(({ id }) => id === refusal.key_id);
        if (!key) return null;
        const { what, mend } = describeRefusal(refusal, key);
        return (
          <li
            key={`${refusal.key_id}${refusal.reason}${refusal.called_environment}`}
            className="flex flex-wrap items-start gap-x-3 gap-y-1 rounded-md bg-paused-soft px-3 py-2 text-paused"
          >
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
            <p className="min-w-0 flex-1 basis-60 break-words">
              <span className="font-semibold">{what}</span> {mend}
              <span className="block text-xs">
                Last <Time at={refusal.last_at} /> by {refusal.last_runtime} from {refusal.last_from}
              </span>
            </p>
            {mayManage && (
              <Button variant="ghost" size="sm" disabled={isPending} onClick={() => dismiss(refusal)}>
                It is mended
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
