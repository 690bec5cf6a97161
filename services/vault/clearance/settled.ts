/** Tells callers who wait for a request that its state changed, within this process. Other replicas' changes are seen by polling. */
export interface SettledRequests {
  announce(requestId: string): void;
  /** Resolves when the request is announced, or after `milliseconds`, whichever is first. */
  wait(requestId: string, milliseconds: number): Promise<void>;
}

export function settledRequests(): SettledRequests {
  const waiting = new Map<string, Set<() => void>>();

  return {
    announce(requestId) {
      for (const wake of waiting.get(requestId) ?? []) wake();
    },
    wait(requestId, milliseconds) {
      return new Promise((resolve) => {
        const wakers = waiting.get(requestId) ?? new Set();
        waiting.set(requestId, wakers);
        const wake = () => {
          clearTimeout(timer);
          wakers.delete(wake);
          if (wakers.size === 0) waiting.delete(requestId);
          resolve();
        };
        const timer = setTimeout(wake, milliseconds);
        wakers.add(wake);
      });
    },
  };
}
