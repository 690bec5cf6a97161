import { type Principal, principalId } from "../access/principal.ts";

/** What one principal has open at once. */
export interface Held {
  /**
   * Takes a place. Where the principal has as many as it may, the oldest is ended for it: whoever comes again after a lost connection is let in, and
   * whoever only opens more gets no more of them.
   *
   * @param end Called at most once. @returns how to leave
   */
  enter(principal: Principal, end: () => void): () => void;
}

/** Keeps no more than `most` answers open for one principal. */
export function heldOpen(most: number): Held {
  const open = new Map<string, Set<() => void>>();
  return {
    enter(principal, end) {
      const name = `${principal.clientId}/${principalId(principal)}`;
      const own = open.get(name) ?? new Set();
      open.set(name, own);
      const [oldest] = own;
      if (own.size >= most && oldest !== undefined) {
        own.delete(oldest);
        oldest();
      }
      const place = () => end();
      own.add(place);
      return () => {
        own.delete(place);
        if (own.size === 0 && open.get(name) === own) open.delete(name);
      };
    },
  };
}
