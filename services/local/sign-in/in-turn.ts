/**
 * Runs work of one name after another, and work of different names at once. A password that is changed while somebody signs in with the old
 * one would otherwise leave them a session.
 */
export function inTurn() {
  const last = new Map<string, Promise<unknown>>();
  return async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work);
    const ended = turn.catch(() => {});
    last.set(name, ended);
    try {
      return await turn;
    } finally {
      if (last.get(name) === ended) last.delete(name);
    }
  };
}
export type InTurn = ReturnType<typeof inTurn>;
