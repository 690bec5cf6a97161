"use client";

import type { JsonObject } from "@ledgix/contract/json";
import { compareSettings, type Difference } from "@ledgix/contract/settings-changes";
import { ArrowUpDown, Minus, Pencil, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Time } from "@/components/ui/time";
import { mergeSettings } from "@/lib/settings/merge";
import type { Conflict } from "@/lib/settings/saved";
import { describeDifference, isChosen } from "./describe-settings";

const hows = {
  added: { word: "new", icon: Plus, tone: "approved" },
  removed: { word: "deleted", icon: Minus, tone: "denied" },
  changed: { word: "changed", icon: Pencil, tone: "neutral" },
  moved: { word: "moved", icon: ArrowUpDown, tone: "neutral" },
} as const;
const and = new Intl.ListFormat("en", { type: "conjunction" });
const isSameItem = (a: { part: string; item: string | null }, b: { part: string; item: string | null }) =>
  a.part === b.part && a.item === b.item;

type Props = {
  /** What this person's change was made on, what others made of it, and what this person did. */
  base: JsonObject;
  theirs: JsonObject;
  mine: JsonObject;
  conflict: Omit<Conflict<unknown>, "current">;
  isTyped: boolean;
  isPending: boolean;
  onKeep: (merged: JsonObject) => void;
  onTake: () => void;
  onClose: () => void;
};

/** Somebody else saved first: what they changed, what this person changed, and what may become of both. */
export function ConflictDialog({ base, theirs, mine, conflict, isTyped, isPending, onKeep, onTake, onClose }: Props) {
  const { merged, clashes } = mergeSettings(base, theirs, mine);
  const canKeep = clashes.length === 0 && compareSettings(theirs, merged).length > 0;
  const clashing = compareSettings(base, mine).filter((each) => clashes.some((clash) => isSameItem(clash, each)));
  const both = and.format(clashing.map((each) => describeDifference(each, base, mine).title));
  const authorOf = (difference: Difference) =>
    conflict.changed?.find((each) => isSameItem(each, difference) && each.how === difference.how) ?? conflict;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`${conflict.changed_by ?? "Somebody"} saved before you`}
        description={isTyped ? "Nothing is saved yet, and what you typed is kept." : "Nothing of yours is saved yet."}
        className="sm:w-[min(40rem,calc(100vw-2rem))]"
      >
        <div className="flex flex-col gap-5">
          <Changes
            title="What changed since you opened this"
            from={base}
            to={theirs}
            now="now"
            note={(difference) => {
              const { changed_by, changed_at } = authorOf(difference);
              return (
                <>
                  by {changed_by ?? "somebody"}
                  {changed_at && (
                    <>
                      , <Time at={changed_at} />
                    </>
                  )}
                </>
              );
            }}
          />
          <Changes
            title="What you changed"
            from={base}
            to={mine}
            now="yours"
            note={(difference) => clashing.some((clash) => isSameItem(clash, difference)) && "they changed it, too"}
          />
          {clashes.length > 0 && (
            <p role="alert" className="rounded-md bg-paused-soft px-3 py-2 text-paused">
              You both changed {both}.{" "}
              {isTyped
                ? "If you go on editing, what you save next replaces theirs there. Everything else of theirs stays."
                : "Take theirs, and make your change again if it is still right."}
            </p>
          )}
          <div className="flex flex-wrap justify-end gap-2">
            {isTyped && (
              <Button variant="ghost" onClick={onClose}>
                Go on editing
              </Button>
            )}
            <Button variant={canKeep || isTyped ? "secondary" : "primary"} disabled={isPending} onClick={onTake}>
              Take theirs
            </Button>
            {canKeep && (
              <Button disabled={isPending} onClick={() => onKeep(merged)}>
                Keep mine on top of theirs
              </Button>
            )}
          </div>
        </div>
      </DialogContent>
    </Dialog>
  );
}

type ChangesProps = {
  title: string;
  from: JsonObject;
  to: JsonObject;
  /** What the newer state is called. */
  now: string;
  note: (difference: Difference) => ReactNode;
};

function Changes({ title, from, to, now, note }: ChangesProps) {
  const differences = compareSettings(from, to).filter(isChosen);
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">{title}</h3>
      <ul aria-label={title} className="divide-y divide-line">
        {differences.length === 0 && <li className="py-2 text-muted">Nothing.</li>}
        {differences.map((difference) => {
          const { title: name, was, is } = describeDifference(difference, from, to);
          const { word, icon: Icon, tone } = hows[difference.how];
          const said = note(difference);
          return (
            <li key={`${difference.part}/${difference.item}/${difference.how}`} className="flex flex-col gap-0.5 py-2">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                <Badge tone={tone}>
                  <Icon className="size-3" aria-hidden /> {word}
                </Badge>
                <span className="min-w-0 font-semibold break-words">{name}</span>
                {said && <span className="text-xs text-muted">{said}</span>}
              </p>
              {(was || is) && (
                <dl className="grid grid-cols-[3.25rem_minmax(0,1fr)] break-words">
                  {was && <State label="was" text={was} isPast />}
                  {is && <State label={now} text={is} />}
                </dl>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function State({ label, text, isPast = false }: { label: string; text: string; isPast?: boolean }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className={isPast ? "min-w-0 text-muted" : "min-w-0"}>{text}</dd>
    </>
  );
}
