"use client";

import type { ReviewCase } from "@ledgix/contract/review";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { UserRound } from "lucide-react";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { assignCase } from "@/lib/reviews/actions";
import { membersQuery, reviewQuery } from "@/lib/vault/queries";

/** Who looks after a case: taken, given, or given back. Nothing here is final, so all of it can be undone. */
export function Assignment({ client, review, self }: { client: string; review: ReviewCase; self: string }) {
  const { data } = useQuery(membersQuery(client));
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const assign = (assignee: string | null, isUndo = false) =>
    start(async () => {
      const before = review.assignee;
      const result = await assignCase(client, review.request_id, assignee);
      if (!result.ok) return void toast.error(result.error);
      queries.setQueryData(reviewQuery(client, review.request_id).queryKey, result.data);
      await queries.invalidateQueries({ queryKey: [client, "reviews"] });
      if (isUndo) return;
      const who = assignee === null ? "nobody" : assignee === self ? "you" : assignee;
      toast(`The case is with ${who} now.`, { action: { label: "Undo", onClick: () => assign(before, true) } });
    });
  if (review.status !== "pending_review") return null;
  const others = (data?.members ?? []).filter((member) => member.role !== "compliance" && member.email.toLowerCase() !== self);
  const isMine = review.assignee === self;
  return (
    <span className="flex items-center gap-1">
      <Button id="take" variant="secondary" size="sm" disabled={isPending} onClick={() => assign(isMine ? null : self)}>
        {isMine ? "Give back" : "Take"}
      </Button>
      <Menu>
        <MenuTrigger asChild>
          <Button
            variant="ghost"
            size="sm"
            disabled={isPending}
            aria-label={`Assigned to ${review.assignee ?? "nobody"}. Change`}
          >
            <UserRound /> <span className="max-w-40 truncate">{isMine ? "you" : (review.assignee ?? "nobody")}</span>
          </Button>
        </MenuTrigger>
        <MenuContent align="end" className="max-h-72 overflow-y-auto">
          {others.map((member) => (
            <MenuItem key={member.user_id} onSelect={() => assign(member.email.toLowerCase())}>
              <span className="truncate">{member.email}</span>
            </MenuItem>
          ))}
          {others.length === 0 && <p className="px-2 py-1.5 text-muted">Nobody else decides here yet.</p>}
          {review.assignee !== null && (
            <>
              <MenuSeparator />
              <MenuItem onSelect={() => assign(null)}>Nobody</MenuItem>
            </>
          )}
        </MenuContent>
      </Menu>
    </span>
  );
}
