import { isOutage } from "@ledgix/tenancy/database";

/**
 * Remembers answers of the control plane: used as they are while `freshSeconds` old, asked for again after that, and used up to
 * `staleSeconds` where it cannot be reached, so that a short outage of the control plane does not stop known callers.
 */
export function recentAnswers<Value>(options: { freshSeconds: number; staleSeconds: number; now: () => Date; capacity: number }) {
  const answers = new Map<string, { value: Value; at: number }>();

  return async (key: string, ask: () => Promise<Value>): Promise<Value> => {
    const at = options.now().getTime();
    const known = answers.get(key);
    if (known && at - known.at < options.freshSeconds * 1000) return known.value;
    try {
      const value = await ask();
      answers.delete(key);
      if (answers.size >= options.capacity) answers.delete(answers.keys().next().value ?? "");
      answers.set(key, { value, at });
      return value;
    } catch (error) {
      if (known && isOutage(error) && at - known.at < options.staleSeconds * 1000) return known.value;
      throw error;
    }
  };
}
