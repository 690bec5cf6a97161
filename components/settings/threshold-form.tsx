"use client";

import { minimumBucketOf } from "@ledgix/contract/confidence";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { saveThreshold } from "@/lib/settings/actions";
import { settingsQuery } from "@/lib/vault/queries";

const bucketWords = { low: "low", medium: "medium", high: "high", extra_high: "extra high" };

/** The threshold. Raising it is safe and quick; lowering it names what will pass. */
export function ThresholdForm({ client, current, mayWrite }: { client: string; current: number; mayWrite: boolean }) {
  const [score, setScore] = useState(current);
  const [isConfirming, setConfirming] = useState(false);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const sliderId = useId();
  const isLower = score < current;

  const save = () =>
    start(async () => {
      const result = await saveThreshold(client, score);
      setConfirming(false);
      if (!result.ok) return void toast.error(result.error);
      queries.setQueryData(settingsQuery(client).queryKey, result.data);
      toast.success(`The threshold is ${result.data.minimum_confidence_score.toFixed(2)}.`);
    });

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isLower) setConfirming(true);
        else save();
      }}
    >
      <div className="flex items-baseline justify-between gap-4">
        <label htmlFor={sliderId} className="text-base font-semibold">
          Confidence threshold
        </label>
        <output htmlFor={sliderId} className="text-xl font-semibold">
          {score.toFixed(2)}
        </output>
      </div>
      <input
        id={sliderId}
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={score}
        disabled={!mayWrite}
        onChange={(event) => setScore(Number(event.target.value))}
        className="w-full accent-(--accent)"
      />
      <p className="text-muted">
        An approval needs at least {bucketWords[minimumBucketOf(score)]} confidence ({score.toFixed(2)}). Below it, the request
        pauses for a person.
        {score === 1 && " No decision is ever this sure, so everything pauses."}
      </p>
      {mayWrite ? (
        <div>
          <Button type="submit" disabled={isPending || score === current}>
            {isPending ? "Saving…" : "Save threshold"}
          </Button>
        </div>
      ) : (
        <p className="text-muted">Only an owner or an admin changes the threshold.</p>
      )}
      <Dialog open={isConfirming} onOpenChange={setConfirming}>
        <DialogContent
          title={`Lower the threshold to ${score.toFixed(2)}`}
          description={`Approvals with a confidence from ${score.toFixed(2)} to ${current.toFixed(2)}, which pause for a person today, will pass without one.`}
        >
          <div className="flex justify-end">
            <Button variant="danger" onClick={save} disabled={isPending}>
              Lower threshold
            </Button>
          </div>
        </DialogContent>
      </Dialog>
    </form>
  );
}
