import { type Checkpoint, checkpointList, proofBundle } from "@ledgix/contract/ledger";
import { type LogProgress, type LogReport, verifyLog } from "@ledgix/ledger/verify-log";
import { z } from "zod";
import { fetchPatiently, readEntries } from "./read-entries";

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

async function allCheckpoints(client: string): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = checkpointList.parse(
      await fetchPatiently(`/api/${client}/vault/ledger/checkpoints?strict=1&limit=1000${cursor && `&cursor=${cursor}`}`, signal),
    );
    checkpoints.push(...page.checkpoints);
    cursor = page.next_cursor;
  }
  return checkpoints.reverse();
}

/** The log's keys, as a bundle of any sequenced entry carries them. */
async function logKeys(client: string) {
  for await (const page of readEntries(client, {}, signal)) {
    const sequenced = page.find((entry) => entry.leaf_index !== null && entry.checkpoint_id !== null);
    if (!sequenced) return [];
    const bundle = await fetchPatiently(`/api/${client}/vault/ledger/proof/bundle?event_uuid=${sequenced.event_uuid}`, signal);
    return proofBundle.parse(bundle).keys;
  }
  return [];
}

async function run({ client }: VerifyRequest): Promise<void> {
  const keys = await logKeys(client);
  const published = jwks.parse(await fetchPatiently(`/api/${client}/vault/.well-known/jwks.json`, signal)).keys;
  const keysMatch = keys.every((key) => {
    const text = new TextDecoder().decode(
      Uint8Array.from(atob(key.public_jwk.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)),
    );
    return published.some((each) => each.kid === key.key_id && each.x === publicJwk.parse(JSON.parse(text)).x);
  });
  const source = {
    checkpoints: () => allCheckpoints(client),
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
