import type { StoredRequest } from "./stored-request.ts";

/** Tells callers who wait for a request that its state changed, within this process. Other replicas' changes are seen by polling. */
export interface SettledRequests {
  /** @param decided The request as it was committed, where the announcer has it: whoever waits need not read it again. */
  announce(requestId: string, decided?: StoredRequest): void;
  /** Resolves when the request is announced, with what was announced, or after `milliseconds`, whichever is first. */
  wait(requestId: string, milliseconds: number): Promise<StoredRequest | null>;
}

export function settledRequests(): SettledRequests {
  const waiting = new Map<string, Set<(decided: StoredRequest | null) => void>>();

  return {
    announce(requestId, decided) {
      for (const wake of waiting.get(requestId) ?? []) wake(decided ?? null);
    },
    wait(requestId, milliseconds) {
      return new Promise((resolve) => {
        const wakers = waiting.get(requestId) ?? new Set();
        waiting.set(requestId, wakers);
        const wake = (decided: StoredRequest | null) => {
          clearTimeout(timer);
          wakers.delete(wake);
          if (wakers.size === 0) waiting.delete(requestId);
          resolve(decided);
        };
        const timer = setTimeout(wake, milliseconds, null);
        wakers.add(wake);
      });
    },
  };
}
