import { setTimeout } from "node:timers/promises";
import type { ServerType } from "@hono/node-server";

/** What is still at work after so long is cut off. Longer than a long poll. Milliseconds. */
const PATIENCE_MS = 35_000;

/** Takes no more connections, and resolves when what was at work is answered. */
export async function closeServer(server: ServerType): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  if ("closeIdleConnections" in server) server.closeIdleConnections();
  const patience = new AbortController();
  await Promise.race([closed, setTimeout(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  if ("closeAllConnections" in server) server.closeAllConnections();
}
