"use client";

import { minimumBucketOf } from "@ledgix/contract/confidence";
import type { ReviewSettingsUpdate, ShownReviewSettings } from "@ledgix/contract/settings";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { ThresholdSimulation } from "./threshold-simulation";
import { useHeld } from "./use-held";
import { useReviewSettings } from "./use-review-settings";

const bucketWords = { low: "low", medium: "medium", high: "high", extra_high: "extra high" };

type Props = { client: string; tool: string; settings: ShownReviewSettings; mayWrite: boolean };

/** A threshold. Raising it is safe and quick; lowering it names what will pass. */
export function ThresholdForm({ client, tool, settings: read, mayWrite }: Props) {
  const [moved, setMoved] = useState<number | null>(null);
  const settings = useHeld(read, moved !== null);
  const own = tool === "" ? settings.minimum_confidence_score : settings.tool_thresholds[tool];
  const current = own ?? settings.minimum_confidence_score;
  const isChosen = tool === "" ? settings.threshold_updated_at !== null : own !== undefined;
  const score = moved ?? current;
  const [isConfirming, setConfirming] = useState(false);
  const saving = useReviewSettings(client);
  const { isPending } = saving;
  const sliderId = useId();

  const isUnchanged = score === current && isChosen;
  const save = (update: ReviewSettingsUpdate, done: string) => {
    setConfirming(false);
    saving.save({ base: settings, update, done, isTyped: true, onSettled: () => setMoved(null) });
  };
  const saveScore = () =>
    save(
      tool === "" ? { minimum_confidence_score: score } : { tool_thresholds: { ...settings.tool_thresholds, [tool]: score } },
      `The threshold is ${score.toFixed(2)}.`,
    );
  const forget = () => {
    const { [tool]: _, ...rest } = settings.tool_thresholds;
    save({ tool_thresholds: rest }, `${tool} goes by the tenant's threshold.`);
  };

  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (score < current) setConfirming(true);
        else saveScore();
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
        onChange={(event) => setMoved(Number(event.target.value))}
        className="w-full accent-(--accent)"
      />
      <p className="text-muted">
        An approval needs at least {bucketWords[minimumBucketOf(score)]} confidence ({score.toFixed(2)}). Below it, the request
        pauses for a person.
        {score === 1 && " No decision is ever this sure, so everything pauses."}
        {tool !== "" && own === undefined && ` ${tool} has no threshold of its own yet.`}
      </p>
      <ThresholdSimulation client={client} tool={tool} score={score} current={current} />
      {mayWrite ? (
        <div className="flex gap-2">
          <Button type="submit" disabled={isPending || isUnchanged}>
            {isPending ? "Saving…" : "Save threshold"}
          </Button>
          {tool !== "" && own !== undefined && (
            <Button variant="secondary" disabled={isPending} onClick={forget}>
              Use the tenant's, {settings.minimum_confidence_score.toFixed(2)}
            </Button>
          )}
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
            <Button variant="danger" onClick={saveScore} disabled={isPending}>
              Lower threshold
            </Button>
          </div>
        </DialogContent>
      </Dialog>
      {saving.dialog}
    </form>
  );
}
