import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** The protected tool: a small HTTP server that burns the token, for exactly these arguments, before it acts. */
export async function startRefundTool({
  vaultUrl,
  apiKey,
}: {
  vaultUrl: string;
  apiKey: string;
}): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const toolArgs = JSON.parse(await text(request));
    const burned = await fetch(`${vaultUrl}/consume-token`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-vault-api-key": apiKey },
      body: JSON.stringify({ token, tool_name: "stripe_refund", tool_args: toolArgs }),
    });
    if (!burned.ok) {
      const { detail } = await burned.json();
      return response.writeHead(burned.status).end(`Not refunded. ${detail}`);
    }
    // Here a real tool would call the payment provider.
    response.end(`Refunded ${toolArgs.amount} ${toolArgs.currency} to ${toolArgs.customer}.`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/refund`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
