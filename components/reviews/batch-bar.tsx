"use client";

import type { BatchResult, ReviewSummary } from "@ledgix/contract/review";
import { MAX_BATCH } from "@ledgix/contract/review";
import type { Sentence } from "@ledgix/sentence/describe";
import { amountIn, formatMoney, totalOf } from "@ledgix/sentence/money";
import { useQueryClient } from "@tanstack/react-query";
import { Ban, Check, CircleCheck, CircleX, X } from "lucide-react";
import { useId, useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Textarea } from "@/components/ui/input";
import { decideCases } from "@/lib/reviews/actions";
import { useSelection } from "./selection";
import { useSentences } from "./use-sentences";

const lists = new Intl.ListFormat("en", { type: "conjunction" });
/** More kinds of act than this are only counted together. */
const KINDS_NAMED = 3;

/** "12 refunds, $3,410.00 in all": what one press would do. Only amounts that the sentences name are added up. */
export function consequenceOf(cases: { review: ReviewSummary; sentence: Sentence }[]): string {
  const counts = new Map<string, number>();
  for (const { sentence } of cases) counts.set(sentence.noun, (counts.get(sentence.noun) ?? 0) + 1);
  const kinds = counts.size <= KINDS_NAMED ? [...counts] : [["request", cases.length] as const];
  const what = kinds.map(([noun, count]) => `${count} ${noun}${count === 1 ? "" : "s"}`);
  const priced = cases.filter(({ review, sentence }) => {
    const money = amountIn(review.tool_args);
    return money !== null && sentence.text.includes(formatMoney(money));
  });
  const total = totalOf(priced.map(({ review }) => review.tool_args));
  return `${lists.format(what)}${total ? `, ${total} in all` : ""}`;
}

/** What can be done with the picked cases, with the whole consequence named before it happens. */
export function BatchBar({ client, reviews }: { client: string; reviews: ReviewSummary[] }) {
  const { ids, replace } = useSelection();
  const sentenceOf = useSentences(client);
  const [isApproving, setApproving] = useState<boolean | null>(null);
  const picked = reviews.filter((review) => ids.has(review.request_id) && review.status === "pending_review").slice(0, MAX_BATCH);
  if (picked.length === 0 && isApproving === null) return null;
  const consequence = consequenceOf(picked.map((review) => ({ review, sentence: sentenceOf(review) })));
  return (
    <section aria-label="Picked cases" className="grid grid-cols-2 gap-2 border-t border-line bg-raised p-3">
      <div className="col-span-2 flex items-center gap-2">
        <p className="min-w-0 flex-1 font-semibold">{consequence}</p>
        <Button size="icon" variant="ghost" aria-label="Pick none" onClick={() => replace([])}>
          <X />
        </Button>
      </div>
      <Button size="sm" onClick={() => setApproving(true)}>
        <Check /> Approve…
      </Button>
      <Button size="sm" variant="danger-outline" onClick={() => setApproving(false)}>
        <Ban /> Deny…
      </Button>
      {isApproving !== null && (
        <BatchDialog
          client={client}
          picked={picked}
          consequence={consequence}
          isApproving={isApproving}
          close={() => {
            setApproving(null);
            replace([]);
          }}
          keep={() => setApproving(null)}
        />
      )}
    </section>
  );
}

type DialogProps = {
  client: string;
  picked: ReviewSummary[];
  consequence: string;
  isApproving: boolean;
  close: () => void;
  keep: () => void;
};

function BatchDialog({ client, picked, consequence, isApproving, close, keep }: DialogProps) {
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState<{ cases: ReviewSummary[]; result: BatchResult } | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const reasonId = useId();
  const verb = isApproving ? "Approve" : "Deny";
  const decide = () =>
    start(async () => {
      const ids = picked.map((review) => review.request_id);
      const result = await decideCases(client, ids, isApproving, reason);
      if (!result.ok) return void toast.error(result.error);
      setOutcome({ cases: picked, result: result.data });
      await queries.invalidateQueries({ queryKey: [client, "reviews"] });
    });
  return (
    <Dialog open onOpenChange={(open) => !open && (outcome ? close() : keep())}>
      {outcome ? (
        <DialogContent title={`${outcome.result.results.filter((each) => each.ok).length} of ${outcome.cases.length} decided`}>
          <BatchOutcome client={client} {...outcome} />
          <div className="mt-4 flex justify-end">
            <Button onClick={close}>Done</Button>
          </div>
        </DialogContent>
      ) : (
        <DialogContent
          title={`${verb} ${consequence}`}
          description={
            isApproving
              ? "Each agent gets its token and can go on. What was approved cannot be taken back here."
              : "Each agent is told that it was denied, with the reason."
          }
        >
          <label htmlFor={reasonId} className="mb-1.5 block font-semibold">
            Reason, for all of them
          </label>
          <Textarea id={reasonId} rows={2} maxLength={4096} value={reason} onChange={(event) => setReason(event.target.value)} />
          <div className="mt-4 flex justify-end">
            <Button variant={isApproving ? "primary" : "danger"} disabled={isPending} onClick={decide}>
              {isPending ? "Deciding…" : `${verb} ${consequence}`}
            </Button>
          </div>
        </DialogContent>
      )}
    </Dialog>
  );
}

/** What became of each case. */
function BatchOutcome({ client, cases, result }: { client: string; cases: ReviewSummary[]; result: BatchResult }) {
  const sentenceOf = useSentences(client);
  return (
    <ul aria-label="Results" className="flex max-h-80 flex-col gap-2 overflow-y-auto">
      {result.results.map((each) => {
        const review = cases.find((picked) => picked.request_id === each.request_id);
        const isWaiting = each.ok && each.status === "pending_review";
        return (
          <li key={each.request_id} className="flex items-start gap-2">
            {each.ok ? (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-approved" aria-label="done" />
            ) : (
              <CircleX className="mt-0.5 size-4 shrink-0 text-denied" aria-label="not done" />
            )}
            <span className="min-w-0">
              {review && `${review.agent_id} ${sentenceOf(review).text}`}
              <span className="block text-muted">
                {each.detail ?? (isWaiting ? "One more approval is needed." : each.status)}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
