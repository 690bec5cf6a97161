import type { JsonValue } from "@ledgix/contract/json";
import type { Permission } from "@ledgix/contract/permissions";
import type { Context } from "hono";
import { type IdempotentCall, idempotentCall } from "../access/idempotency.ts";
import { type Principal, principalId } from "../access/principal.ts";
import type { RateLimit } from "../adapters/rate-limit.ts";

export type Env = { Variables: { requestId: string }; Bindings: { incoming?: { socket?: { remoteAddress?: string } } } };

/**
 * Finds out who calls, spends a token of their bucket, and checks that they may. Permission null: the verb checks it itself. Limit null: a call
 * that was let in is looked at again, which counts for nothing.
 */
export type Admit = (context: Context<Env>, permission: Permission | null, limit?: RateLimit | null) => Promise<Principal>;

/** The call that an `Idempotency-Key` of this request names. */
export function callOf(context: Context<Env>, principal: Principal, body: JsonValue): IdempotentCall {
  return idempotentCall(principalId(principal), context.req.header("idempotency-key"), context.req.path, body);
}
