import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { isTyping } from "./is-typing";
import { destinations } from "./navigation";

const GO = "g";
/** How long after g a room's letter still counts. */
const SEQUENCE_MS = 1_500;

/** Keys that work in every room: ⌘K for the palette, and g then a letter to go to a room. */
export function useShortcuts(client: string, openPalette: () => void): void {
  const router = useRouter();
  const open = useRef(openPalette);
  useEffect(() => {
    open.current = openPalette;
  });
  useEffect(() => {
    let wentAt = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      if (event.metaKey || event.ctrlKey || event.altKey) {
        if (key !== "k" || event.altKey) return;
        event.preventDefault();
        open.current();
        return;
      }
      if (isTyping(event)) return;
      const isSequence = event.timeStamp - wentAt < SEQUENCE_MS;
      wentAt = key === GO ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const room = isSequence ? destinations.find(({ keys }) => keys === key) : undefined;
      if (!room) return;
      // The room's letter is not also a command of the page, such as k in the queue.
      event.preventDefault();
      event.stopImmediatePropagation();
      router.push(`/${client}${room.path}`);
    };
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => window.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [client, router]);
}
