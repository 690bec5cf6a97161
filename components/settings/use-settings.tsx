"use client";

import { type JsonObject, jsonObject } from "@ledgix/contract/json";
import { compareSettings } from "@ledgix/contract/settings-changes";
import { useRef, useState, useTransition } from "react";
import { toast } from "sonner";
import { mergeSettings } from "@/lib/settings/merge";
import type { Conflict, Saved } from "@/lib/settings/saved";
import { ConflictDialog } from "./conflict-dialog";

type Settings<Document, Update, Answer> = {
  /** What of a document is chosen, and so compared. */
  content: (document: Document) => JsonObject;
  send: (update: Update, version: string) => Promise<Saved<Answer, Document>>;
  /** Shows what was saved. @returns the document, where a change of it can be taken back */
  onSaved: (answer: Answer) => Document | null;
  /** Shows what others saved. */
  onRead: (document: Document) => void;
};
type Change<Document, Update> = {
  /** What the change was made on: what its form began with, whatever was read since. */
  base: Document;
  update: Update;
  done: string;
  /** A form is open, and keeps what was typed. */
  isTyped?: boolean;
  /** Offers to take it back. */
  canUndo?: boolean;
  /** Closes the form: what was typed is saved, or given up. */
  onSettled?: () => void;
};
/** A change that was laid over one version, and the one that it met. */
type Met<Document, Update> = {
  over: Document;
  update: Update;
  conflict: Conflict<Document>;
  change: Change<Document, Update>;
};

/**
 * Saves settings over the version that a person saw. Where others were first, nothing is saved and nothing typed is lost: `dialog` shows
 * what they changed beside what this person changed, and lets them choose.
 */
export function useSettings<Document extends { version: string }, Update extends object, Answer>({
  content,
  send,
  onSaved,
  onRead,
}: Settings<Document, Update, Answer>) {
  const [met, setMet] = useState<Met<Document, Update> | null>(null);
  const [isPending, start] = useTransition();
  /** What a person has seen or saved and goes on from, by the version that their form began with. */
  const seen = useRef(new Map<string, Document>());

  /** The members of `update` as a content has them, which the same schema has parsed. */
  const partsOf = (update: Update, from: JsonObject) =>
    Object.fromEntries(Object.keys(update).map((name) => [name, from[name]])) as Update;
  const changedBy = (over: Document, update: Update) => ({ ...content(over), ...jsonObject.parse(update) });

  const attempt = async (over: Document, update: Update, change: Change<Document, Update>): Promise<void> => {
    const result = await send(update, over.version);
    if (!result.ok && !("conflict" in result)) return void toast.error(result.error, { duration: 10_000 });
    const settle = (saved: Document | null) => {
      // Another form of the page may have begun before this save: what it finds then is this person's own change.
      if (saved === null) seen.current.delete(change.base.version);
      else seen.current.set(change.base.version, saved);
      setMet(null);
      change.onSettled?.();
      const undo = () => saved && save({ base: saved, update: partsOf(change.update, content(over)), done: "It is as it was." });
      toast.success(change.done, saved && change.canUndo ? { action: { label: "Undo", onClick: undo } } : undefined);
    };
    if (result.ok) return settle(onSaved(result.data));
    const { conflict } = result;
    const theirs = content(conflict.current);
    const isUntouched = compareSettings(content(over), theirs).length === 0;
    if (isUntouched && over.version !== conflict.current.version) return attempt(conflict.current, update, change);
    onRead(conflict.current);
    const mine = changedBy(over, update);
    const { merged, clashes } = mergeSettings(content(over), theirs, mine);
    const isMade = clashes.length === 0 && compareSettings(theirs, merged).length === 0;
    // The answer to the same change was lost, or somebody else made it.
    if (isMade && compareSettings(content(over), mine).length > 0) return settle(null);
    setMet({ over, update, conflict, change });
  };

  const save = (change: Change<Document, Update>) =>
    start(async () => {
      const theirs = seen.current.get(change.base.version);
      if (theirs === undefined) return attempt(change.base, change.update, change);
      const { merged } = mergeSettings(content(change.base), content(theirs), changedBy(change.base, change.update));
      return attempt(theirs, partsOf(change.update, merged), change);
    });

  const dialog = met && (
    <ConflictDialog
      base={content(met.over)}
      theirs={content(met.conflict.current)}
      mine={changedBy(met.over, met.update)}
      conflict={met.conflict}
      isTyped={met.change.isTyped ?? false}
      isPending={isPending}
      onKeep={(merged) => start(() => attempt(met.conflict.current, partsOf(met.update, merged), met.change))}
      onTake={() => {
        seen.current.delete(met.change.base.version);
        setMet(null);
        met.change.onSettled?.();
      }}
      onClose={() => {
        if (met.change.isTyped) seen.current.set(met.change.base.version, met.conflict.current);
        setMet(null);
      }}
    />
  );
  return { save, isPending, dialog };
}
