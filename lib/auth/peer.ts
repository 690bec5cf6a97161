import { randomUUID } from "node:crypto";
import { type IncomingMessage, Server } from "node:http";
import { z } from "zod";

// Next tells a page nothing of the connection, and leaves an X-Forwarded-For as the caller wrote it. So each request is stamped with its
// peer before Next reads it, in a header whose name nobody outside can know.

const stamp = z.object({ ledgixPeerHeader: z.string() });

/** Stamps every request of this process. Twice is once. */
export function stampPeers(): void {
  if (peerHeader() !== null) return;
  const name = `x-ledgix-peer-${randomUUID()}`;
  // On the process, since Next loads this file anew for pages, actions and the proxy.
  Object.assign(globalThis, { ledgixPeerHeader: name });
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (this: Server, event: string | symbol, ...given: unknown[]) {
    if (event === "request") {
      const message = given[0] as IncomingMessage; // safe: what Node gives with this event
      message.headers[name] = message.socket.remoteAddress ?? "";
    }
    return Reflect.apply(emit, this, [event, ...given]);
  };
}

/** The header that holds the peer's address, or null where requests are not stamped. */
export function peerHeader(): string | null {
  const parsed = stamp.safeParse(globalThis);
  return parsed.success ? parsed.data.ledgixPeerHeader : null;
}
