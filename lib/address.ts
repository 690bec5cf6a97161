"use client";

import { refusesKey } from "@/lib/refuse-key";

/**
 * Writes what a page shows into its address, so that a link, a reload and the way back keep it; an empty value takes a part away. It goes on
 * from the address itself: of two quick changes the page may not have shown the first yet, and must not undo it.
 */
export function changeAddress(change: Record<string, string>): void {
  if (refusesKey(Object.values(change).join(" "))) return;
  const params = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(change)) {
    if (value === "") params.delete(name);
    else params.set(name, value);
  }
  window.history.replaceState(null, "", params.size === 0 ? window.location.pathname : `?${params}`);
}
