import type { MintAnswer, MintRequest } from "@ledgix/contract/clearance";
import { readId } from "@ledgix/contract/id";
import type { EvaluateAnswer } from "@ledgix/contract/judge";
import { ProblemError } from "@ledgix/contract/problem";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type IdempotentCall, onceFor } from "../access/idempotency.ts";
import type { Principal } from "../access/principal.ts";
import { JudgeUnavailable } from "../adapters/judge-client.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { approveTrial } from "./approve-trial.ts";
import { holdGoverning } from "./governed.ts";
import { issueToken } from "./issue.ts";
import { mayServe, mintFrom } from "./mint-from.ts";
import { judgedCall, type Minting, mintedCall } from "./minted-call.ts";
import { findOriginal } from "./original.ts";
import { MintRefused, noteRefusal } from "./refuse-mint.ts";
import { settleMint } from "./settle-mint.ts";

/** What the judge said to a call, and the hash of what governed it then. */
export type Trial = { answer: EvaluateAnswer; governingHash: string };

/** The original may not serve: the judge must be asked, outside of the transaction, since it reads the same database. */
class TrialNeeded extends Error {
  override name = "TrialNeeded";
  readonly minting: Minting;
  readonly governingHash: string;

  constructor(minting: Minting, governingHash: string) {
    super("The call must be judged.");
    this.minting = minting;
    this.governingHash = governingHash;
  }
}

/** How often a call is judged again where the policies change under the judge's hands. */
const MAX_TRIALS = 3;

/** What is kept under the Idempotency-Key: no token. */
const mintRecord = z.object({ request_id: z.string() });

/**
 * `POST /mint-token`: a new token for an action that is identical to one which was approved. The rules are asked anew each time; where they do
 * not speak against it and nothing that governs the call has changed, the approval stands for this action too. Else the call is judged like a
 * new request, and its token is the answer where it is approved at once. Either way it is a request of its own: a new id, `jti` and event.
 *
 * @throws {ProblemError} `mint_*`, each 403, and `client_mismatch`
 */
export async function mintToken(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  sent: MintRequest,
  call: IdempotentCall,
): Promise<MintAnswer> {
  if (sent.client_id !== undefined && readId(sent.client_id) !== principal.clientId) {
    throw new ProblemError("client_mismatch", "client_id names another tenant than the API key belongs to.");
  }
  try {
    const minted = await mintOrTry(deps, database, principal, sent, call);
    const token = await issueToken(deps, minted, minted.token_issued_at ?? 0);
    return { token, request_id: minted.request_id, reason: minted.reason };
  } catch (error) {
    if (error instanceof MintRefused) await noteRefusal(deps, database, principal, error);
    throw error;
  }
}

async function mintOrTry(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  sent: MintRequest,
  call: IdempotentCall,
): Promise<StoredRequest> {
  const requestId = crypto.randomUUID();
  let trial: Trial | null = null;
  for (let trials = 0; ; trials++) {
    try {
      return await mintOnce(deps, database, principal, sent, call, requestId, trial);
    } catch (error) {
      if (!(error instanceof TrialNeeded)) throw error;
      trial = await judgeTrial(error, trials);
    }
  }
}

/** Asks the judge about a call. @throws {MintRefused} where nobody can judge it now */
async function judgeTrial({ minting, governingHash }: TrialNeeded, trials: number): Promise<Trial> {
  const { deps, principal, original, call, requestId } = minting;
  const refused = (why: string) => new MintRefused("mint_needs_review", why, original, call);
  if (trials === MAX_TRIALS) throw refused("What governs the action is being changed right now.");
  try {
    const answer = await deps.judge.evaluate(judgedCall(call, principal.clientId, requestId, deps.now()));
    return { answer, governingHash: answer.governing_hash ?? governingHash };
  } catch (error) {
    if (!(error instanceof JudgeUnavailable)) throw error;
    deps.log.error("judge.unavailable", error, { request_id: original.request_id });
    deps.metrics.judgeFailures.inc();
    throw refused("The judge could not be reached.");
  }
}

/** Judges and mints in one transaction. @throws {TrialNeeded} where the judge must be asked first, and nothing was written */
function mintOnce(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  sent: MintRequest,
  call: IdempotentCall,
  requestId: string,
  trial: Trial | null,
): Promise<StoredRequest> {
  return database.transaction(async (transaction) => {
    const { request_id } = await onceFor(transaction, call, mintRecord, () =>
      mint(deps, transaction, principal, sent, requestId, trial),
    );
    const minted = await transaction.row(
      storedRequest,
      `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1`,
      [request_id],
    );
    if (minted === null) throw new ProblemError("internal_error", "The token could not be minted. Try again.");
    // The same key may come again long after its first answer.
    if (minted.status !== "approved")
      throw new ProblemError("mint_not_approved", "What was minted under this Idempotency-Key has lapsed. Ask for clearance.");
    return minted;
  });
}

async function mint(
  deps: VaultDependencies,
  transaction: TenantQueryable,
  principal: Principal,
  sent: MintRequest,
  requestId: string,
  trial: Trial | null,
): Promise<{ request_id: string }> {
  const original = await findOriginal(transaction, principal, sent);
  const minting = { deps, transaction, principal, original, call: mintedCall(original, sent), requestId };
  await holdGoverning(transaction);
  const settled = await settleMint(minting);
  if (mayServe(minting, settled)) return mintFrom(minting, settled.threshold);
  const { hash } = settled.governed;
  if (trial === null || trial.governingHash !== hash) throw new TrialNeeded(minting, hash);
  return approveTrial(minting, settled, trial.answer);
}
