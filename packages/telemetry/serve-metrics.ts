import { createServer } from "node:http";
import type { Registry } from "prom-client";

/** Serves `/metrics` on a port of its own, which no ingress leads to. @returns how to stop */
export function serveMetrics(registry: Registry, port: number, host: string): () => void {
  const server = createServer(async (request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    try {
      const text = await registry.metrics();
      response.writeHead(200, { "content-type": registry.contentType }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
  server.listen(port, host);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
