import { RateLimiterMemory } from "rate-limiter-flexible";

type Window = { requests: number; seconds: number };

const SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400, month: 2_592_000, year: 31_536_000 };

/**
 * Reads a limit in slowapi's notation: `600/minute`, `10 per 5 seconds`, several of them with `;` between.
 *
 * @returns null for a text that is none
 */
export function parseLimit(text: string): Window[] | null {
  const windows = text
    .split(/[;,|]/)
    .map((part) => /^\s*(\d+)\s*(?:\/|\s+per\s+)\s*(\d+)?\s*(second|minute|hour|day|month|year)s?\s*$/i.exec(part));
  if (windows.some((match) => match === null || Number(match[1]) < 1 || Number(match[2] ?? 1) < 1)) return null;
  return windows.map((match) => ({
    requests: Number(match?.[1]),
    seconds: Number(match?.[2] ?? 1) * (SECONDS[match?.[3]?.toLowerCase() ?? ""] ?? 1),
  }));
}

/** The judge's limit as a whole, shared among its workers. @returns how many seconds to wait, or null where the call may pass */
export function endpointLimit(windows: Window[], workers: number): () => Promise<number | null> {
  const limiters = windows.map(
    ({ requests, seconds }) => new RateLimiterMemory({ points: Math.max(1, Math.ceil(requests / workers)), duration: seconds }),
  );
  return async () => {
    const waits = await Promise.all(
      limiters.map((limiter) =>
        limiter.consume("all").then(
          () => 0,
          (refused: unknown) => (refused instanceof Error ? 0 : (refused as { msBeforeNext: number }).msBeforeNext), // what it rejects with
        ),
      ),
    );
    const longest = Math.max(...waits);
    return longest === 0 ? null : Math.min(60, Math.max(1, Math.ceil(longest / 1000)));
  };
}
