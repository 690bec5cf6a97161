import { consistencyPath, consistencyRanges } from "@ledgix/ledger/tree";
import type { Queryable } from "@ledgix/tenancy/database";
import { readNote } from "@ledgix/verifier";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { latestCheckpoint } from "./checkpoints.ts";
import { signCheckpointNote } from "./note.ts";
import { nodeReader } from "./tiles.ts";
import type { Witness } from "./witnesses.ts";

const TIMEOUT_MS = 10_000;

/**
 * Asks each witness to cosign the newest checkpoint, and keeps what it answers. A witness that is away is asked again in the next
 * round; one that saw more of the log than there is, or another one, is a fork and logged as such.
 */
export async function collectCosignatures(
  deps: Pick<VaultDependencies, "keys" | "config" | "log">,
  database: Queryable,
  clientId: string,
): Promise<void> {
  const witnesses = deps.config.VAULT_LEDGER_WITNESSES;
  const newest = witnesses.length > 0 ? await latestCheckpoint(database) : null;
  if (newest === null) return;
  const seen = await database.rows(
    z.object({ name: z.string(), tree_size: z.coerce.number() }),
    "select name, tree_size from ledger_witnesses",
  );
  const { text, note } = await signCheckpointNote(deps, clientId, newest);
  for (const witness of witnesses) {
    const from = seen.find(({ name }) => name === witness.name)?.tree_size ?? 0;
    if (from === newest.tree_size) continue;
    try {
      const lines = await cosign(database, witness, { text, note, from, to: newest.tree_size });
      // Another replica may have asked the same witness meanwhile.
      await database.run(
        `update ledger_checkpoints set cosignatures = cosignatures || $2
         where checkpoint_id = $1 and position('— ' || $3 || ' ' in cosignatures) = 0`,
        [newest.checkpoint_id, lines, witness.name],
      );
      await database.run(
        "insert into ledger_witnesses values ($1, $2) on conflict (name) do update set tree_size = excluded.tree_size",
        [witness.name, newest.tree_size],
      );
    } catch (error) {
      deps.log.error("ledger.not_witnessed", error, { client_id: clientId, witness: witness.name });
    }
  }
}

/** The witness does not go along with this log. */
export class WitnessRefused extends Error {
  override name = "WitnessRefused";
}

type Asked = { text: string; note: string; from: number; to: number };

/** @returns the witness's signature lines that are good */
async function cosign(database: Queryable, witness: Witness, asked: Asked): Promise<string> {
  let answer = await addCheckpoint(database, witness, asked);
  if (answer.status === 409 && answer.type.startsWith("text/x.tlog.size")) {
    const from = Number(answer.body);
    if (!(from <= asked.to)) throw new WitnessRefused(`${witness.name} has seen a longer log of this name.`);
    answer = await addCheckpoint(database, witness, { ...asked, from });
  }
  if (answer.status !== 200) throw new WitnessRefused(`${witness.name} answered ${answer.status}.`);
  const good: string[] = [];
  for (const line of answer.body.split("\n").filter(Boolean)) {
    const { signedBy } = await readNote(`${asked.text}\n${line}\n`, [witness.verifierKey]);
    if (signedBy.length > 0) good.push(`${line}\n`);
  }
  if (good.length === 0) throw new WitnessRefused(`${witness.name} answered no signature of its key.`);
  return good.join("");
}

async function addCheckpoint(database: Queryable, { url }: Witness, { note, from, to }: Asked) {
  const response = await fetch(`${url}/add-checkpoint`, {
    method: "POST",
    body: `old ${from}\n${await proofLines(database, from, to)}\n${note}`,
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, type: response.headers.get("content-type") ?? "", body: await response.text() };
}

async function proofLines(database: Queryable, from: number, to: number): Promise<string> {
  if (from === 0 || from === to) return "";
  const path = consistencyPath(from, to, await nodeReader(database, consistencyRanges(from, to)));
  return path.map((hash) => `${Buffer.from(hash, "hex").toString("base64")}\n`).join("");
}
