import { type LogProgress, type LogReport, verifyLog } from "@ledgix/ledger/verify-log";
import { z } from "zod";
import { fetchPatiently, readCheckpoints, readEntries, readKeys } from "./read-log";

// Verifies a whole ledger beside the page, which stays free to be used. One message starts it; closing the worker ends it.

z.config({ jitless: true });

export type VerifyRequest = { client: string };
export type VerifyMessage =
  | { type: "progress"; progress: LogProgress }
  | { type: "report"; report: LogReport; keysMatch: boolean }
  | { type: "error"; message: string };

const jwks = z.object({ keys: z.array(z.looseObject({ kid: z.string(), x: z.string() })) });
const publicJwk = z.looseObject({ x: z.string() });

const send = (message: VerifyMessage) => self.postMessage(message);
const signal = new AbortController().signal;

async function run({ client }: VerifyRequest): Promise<void> {
  const keys = await readKeys(client, signal);
  const published = jwks.parse(await fetchPatiently(`/api/${client}/vault/.well-known/jwks.json`, signal)).keys;
  const keysMatch = keys.every((key) => {
    const text = new TextDecoder().decode(
      Uint8Array.from(atob(key.public_jwk.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)),
    );
    return published.some((each) => each.kid === key.key_id && each.x === publicJwk.parse(JSON.parse(text)).x);
  });
  const source = {
    checkpoints: async () => (await readCheckpoints(client, signal)).reverse(),
    keys: async () => keys,
    entries: () => readEntries(client, {}, signal),
  };
  const report = await verifyLog(source, { trustedKeys: keys, onProgress: (progress) => send({ type: "progress", progress }) });
  send({ type: "report", report, keysMatch });
}

self.addEventListener("message", (event: MessageEvent<VerifyRequest>) => {
  run(event.data).catch((error: unknown) =>
    send({ type: "error", message: error instanceof Error ? error.message : "The ledger could not be verified." }),
  );
});
