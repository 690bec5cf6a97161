import { type ProofBundle, proofBundle } from "@ledgix/contract/ledger";
import { type Caller, until } from "@ledgix/local/test/stack";

/** The proof of a request's decision, or of one event, once a checkpoint covers it. */
export async function proofOf(caller: Caller, entry: { request_id: string } | { event_uuid: string }): Promise<ProofBundle> {
  const { body } = await until(
    () => caller("GET", `/ledger/proof/bundle?${new URLSearchParams(entry)}`),
    ({ status }) => status === 200,
  );
  return proofBundle.parse(body);
}
