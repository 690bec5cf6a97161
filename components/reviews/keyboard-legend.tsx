"use client";

import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";

const legend: [keys: string[], meaning: string][] = [
  [["j"], "Next case"],
  [["k"], "Case before"],
  [["a"], "Go to Approve; Enter confirms"],
  [["d"], "Go to Deny; Enter confirms"],
  [["x"], "Pick the case for a batch"],
  [["t"], "Take the case, or give it back"],
  [["c"], "Write a comment"],
  [["/"], "Search the queue"],
  [["⌘", "K"], "Search and commands"],
  [["g", "r"], "Reviews; l, p, k, i, s and h lead to the other rooms"],
  [["Esc"], "Back to the queue"],
  [["?"], "This list"],
];

/** Every key of the queue, and the rooms that g leads to. */
export function KeyboardLegend({ close }: { close: () => void }) {
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && close()}>
      <DialogContent title="Keyboard">
        <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
          {legend.map(([keys, meaning]) => (
            <div key={meaning} className="contents">
              <dt className="flex gap-1">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </Dialog>
  );
}
