import { isOutage } from "@ledgix/tenancy/database";

/**
 * Remembers answers of the control plane: used as they are while `freshSeconds` old, asked for again after that, and used up to
 * `staleSeconds` where it cannot be reached, so that a short outage of the control plane does not stop known callers. Each kind of answer,
 * somebody or nobody, has a room of its own: whoever tries many keys does not push out those that exist.
 */
export function recentAnswers<Value>(options: { freshSeconds: number; staleSeconds: number; now: () => Date; capacity: number }) {
  type Answer = { value: Value; at: number };
  const somebody = new Map<string, Answer>();
  const nobody = new Map<string, Answer>();

  function keep(key: string, answer: Answer): void {
    somebody.delete(key);
    nobody.delete(key);
    const room = answer.value === null ? nobody : somebody;
    if (room.size >= options.capacity) room.delete(room.keys().next().value ?? "");
    room.set(key, answer);
  }

  return async (key: string, ask: () => Promise<Value>): Promise<Value> => {
    const at = options.now().getTime();
    const known = somebody.get(key) ?? nobody.get(key);
    if (known && at - known.at < options.freshSeconds * 1000) return known.value;
    try {
      const value = await ask();
      keep(key, { value, at });
      return value;
    } catch (error) {
      if (known && isOutage(error) && at - known.at < options.staleSeconds * 1000) return known.value;
      throw error;
    }
  };
}
