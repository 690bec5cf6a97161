import {
  type Checkpoint,
  checkpointList,
  type LedgerEntry,
  type LedgerKey,
  ledgerPage,
  proofBundle,
} from "@ledgix/contract/ledger";

/** Rows of one request: as many as Vault gives. */
const PAGE = 500;
const MAX_TRIES = 10;

/**
 * Reads every entry that a filter finds, a page at a time, oldest first. Waits where Vault asks to, and tries again where it was away. Runs
 * in a page and in a worker.
 */
export async function* readEntries(
  client: string,
  filter: Record<string, string>,
  signal: AbortSignal,
): AsyncGenerator<LedgerEntry[]> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = new URLSearchParams({
      ...filter,
      view: "full",
      order: "oldest",
      limit: String(PAGE),
      ...(cursor && { cursor }),
    });
    const page = ledgerPage.parse(await fetchPatiently(`/api/${client}/vault/ledger?${query}`, signal));
    yield page.entries;
    cursor = page.next_cursor;
  }
}

/** Every checkpoint, newest first. */
export async function readCheckpoints(client: string, signal: AbortSignal): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = checkpointList.parse(
      await fetchPatiently(`/api/${client}/vault/ledger/checkpoints?strict=1&limit=1000${cursor && `&cursor=${cursor}`}`, signal),
    );
    checkpoints.push(...page.checkpoints);
    cursor = page.next_cursor;
  }
  return checkpoints;
}

/** The log's keys, as a bundle of any sequenced entry carries them. */
export async function readKeys(client: string, signal: AbortSignal): Promise<LedgerKey[]> {
  for await (const page of readEntries(client, {}, signal)) {
    const sequenced = page.find((entry) => entry.leaf_index !== null && entry.checkpoint_id !== null);
    if (!sequenced) return [];
    const bundle = await fetchPatiently(`/api/${client}/vault/ledger/proof/bundle?event_uuid=${sequenced.event_uuid}`, signal);
    return proofBundle.parse(bundle).keys;
  }
  return [];
}

/** JSON from the console's own API. @throws where it cannot be read after several tries */
export async function fetchPatiently(path: string, signal: AbortSignal): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(path, { signal }).catch((error: unknown) => {
      if (signal.aborted || tries >= MAX_TRIES) throw error;
      return null;
    });
    if (response?.ok && !response.redirected) return response.json();
    if (response?.redirected) throw new Error("Your session has ended. Sign in again, then start over.");
    const isPassing = response === null || response.status === 429 || response.status >= 500;
    if (!isPassing || tries >= MAX_TRIES) throw new Error("The ledger could not be read. Try again shortly.");
    const seconds = Number(response?.headers.get("retry-after") ?? "") || 1;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}
