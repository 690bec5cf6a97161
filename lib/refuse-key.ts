"use client";

import { holdsApiKey, KEY_IN_TEXT } from "@ledgix/contract/key-in-text";
import { toast } from "sonner";

/** A key that was pasted into a search would stand in the address, in the history and in logs: it is refused before it gets there. */
export function refusesKey(text: string): boolean {
  if (!holdsApiKey(text)) return false;
  toast.error(KEY_IN_TEXT);
  return true;
}
