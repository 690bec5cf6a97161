import { checkpointList, ledgerPage, proofBundle } from "@ledgix/contract/ledger";
import { problem } from "@ledgix/contract/problem";
import type { z } from "zod";
import { Refused } from "./installation.ts";

export type VaultAddress = { url: string; apiKey: string };

/** Asks Vault. @throws {Refused} with what Vault says */
export async function askVault<Schema extends z.ZodType>(
  { url, apiKey }: VaultAddress,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const response = await fetch(url.replace(/\/+$/, "") + path, { headers: { "x-vault-api-key": apiKey } }).catch(() => {
    throw new Refused(`${url} cannot be reached.`);
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(problem.safeParse(body).data?.detail ?? `${url} answered ${response.status}.`);
  return schema.parse(body);
}

const PAGE = 500;

/** A whole ledger as an export that verifies offline: keys, then checkpoints, then entries with their content, a JSON object each. */
export async function* exportLedger(
  vault: VaultAddress,
  onProgress: (entries: number) => void = () => {},
): AsyncGenerator<object> {
  const first = await askVault(vault, "/ledger?limit=1&order=oldest", ledgerPage);
  const [oldest] = first.entries;
  if (oldest?.checkpoint_id != null) {
    const { keys } = await askVault(vault, `/ledger/proof/bundle?event_uuid=${oldest.event_uuid}`, proofBundle);
    yield* keys;
  }
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: z.infer<typeof checkpointList> = await askVault(
      vault,
      `/ledger/checkpoints?strict=1&limit=5000${cursor && `&cursor=${cursor}`}`,
      checkpointList,
    );
    yield* page.checkpoints;
    cursor = page.next_cursor;
  }
  let done = 0;
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: z.infer<typeof ledgerPage> = await askVault(
      vault,
      `/ledger?view=full&order=oldest&limit=${PAGE}${cursor && `&cursor=${cursor}`}`,
      ledgerPage,
    );
    yield* page.entries;
    done += page.entries.length;
    onProgress(done);
    cursor = page.next_cursor;
  }
}
