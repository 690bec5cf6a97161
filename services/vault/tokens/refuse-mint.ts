import { hashIntent } from "@ledgix/contract/canonical-json";
import type { ClearanceRequest } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent } from "../ledger/append.ts";
import type { OriginalRequest } from "./original.ts";

/** What was judged, and is not approved at once. */
export class MintRefused extends ProblemError {
  override name = "MintRefused";
  readonly original: OriginalRequest;
  readonly call: ClearanceRequest;

  constructor(code: "mint_denied" | "mint_needs_review", why: string, original: OriginalRequest, call: ClearanceRequest) {
    super(code, `${why} ${advice[code]}`);
    this.original = original;
    this.call = call;
  }
}

const advice = {
  mint_denied: "The action is denied.",
  mint_needs_review: "Ask for clearance, so that a person can decide.",
};

/**
 * Takes down that a mint was refused, as an event of the request that it named: one a principal and minute, so that an agent which tries on
 * and on does not fill the ledger. Nobody is told, and no case is opened.
 */
export async function noteRefusal(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  { original, call, code, message }: MintRefused,
): Promise<void> {
  await database.transaction(async (transaction) => {
    // Racing refusals wait for the row; a clock that was ahead does not silence for longer than a minute.
    const first = await transaction.row(
      z.object({ principal: z.string() }),
      `insert into mint_refusals (principal, refused_at) values ($1, $2)
       on conflict (principal) do update set refused_at = excluded.refused_at
       where mint_refusals.refused_at not between $2::timestamptz - interval '1 minute' and $2::timestamptz + interval '1 minute'
       returning principal`,
      [principalId(principal), deps.now()],
    );
    if (first === null) return;
    await appendEvent(transaction, deps, {
      type: "mint.refused",
      request: {
        ...original,
        tool_args: call.tool_args,
        intent_hash: hashIntent(call),
        session_id: call.session_id,
        reason_code: code,
        citations: [],
      },
      decisionStatus: "denied",
      reason: message,
      actor: principalLabel(principal),
      channel: "api",
    });
  });
}
