import type { ClearanceMessage, ClearanceQueue } from "./clearance-queue.ts";

/** Longest wait for messages at work when the queue closes; what is not done by then is recovered from the database. */
const DRAIN_MS = 5_000;

/** A queue in the process: `workers` messages at work at once, at most `depth` waiting. */
export function memoryQueue({
  workers,
  depth,
  onError = () => {},
}: {
  workers: number;
  depth: number;
  onError?: (error: unknown) => void;
}): ClearanceQueue {
  const waiting: ClearanceMessage[] = [];
  const atWork = new Set<Promise<void>>();
  let handler: ((message: ClearanceMessage) => Promise<void>) | undefined;
  let isClosed = false;

  function pump(): void {
    while (handler && !isClosed && atWork.size < workers) {
      const message = waiting.shift();
      if (message === undefined) return;
      const work = handler(message)
        .catch(onError) // sent again from the database
        .finally(() => {
          atWork.delete(work);
          pump();
        });
      atWork.add(work);
    }
  }

  return {
    isShared: false,
    async send(message) {
      if (isClosed || waiting.length >= depth) return false;
      waiting.push(message);
      pump();
      return true;
    },
    consume(handle) {
      handler = handle;
      pump();
    },
    async close() {
      isClosed = true;
      waiting.length = 0;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, DRAIN_MS);
      });
      await Promise.race([Promise.all(atWork), patience]);
      clearTimeout(timer);
    },
  };
}
