import type { Server } from "node:http";
import { connect } from "node:net";
import { serve } from "@hono/node-server";
import { z } from "zod";
import { HOST, StartRefused } from "./config.ts";
import { onlyFor } from "./hosts.ts";

const connection = z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) });

/** Who is at the other end of a request's connection. Headers say nothing of it: the caller writes them. */
export function peerAddress(env: object): string {
  const parsed = connection.safeParse(env);
  return parsed.success ? parsed.data.incoming.socket.remoteAddress : "";
}

export type Listening = { close(): Promise<void> };

/** Serves a fetch handler on loopback, to those who call this machine by a name of its own. @throws {StartRefused} where the port is taken */
export async function listen(
  variable: string,
  port: number,
  hosts: readonly string[],
  fetch: (request: Request, env: object) => Response | Promise<Response>,
): Promise<Listening> {
  const server = serve({ fetch: onlyFor(hosts, fetch) as Parameters<typeof serve>[0]["fetch"], port, hostname: HOST }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? portTaken(variable, port) : error),
    );
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections(); // event streams would hold it open for ever
      }),
  };
}

/** Looks whether somebody already answers on a port, before anything slow starts. @throws {StartRefused} */
export async function assertPortFree(variable: string, port: number): Promise<void> {
  const isTaken = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: HOST });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
  if (isTaken) throw portTaken(variable, port);
}

function portTaken(variable: string, port: number): StartRefused {
  return new StartRefused(`Port ${port} is taken. Stop what listens there, or set ${variable} to another port.`);
}
