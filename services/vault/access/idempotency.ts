import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import type { JsonValue } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

/** An `Idempotency-Key`, with the hash of the call that it names. */
export type IdempotentCall = { principal: string; key: string | undefined; bodyHash: string };

export function idempotentCall(principal: string, key: string | undefined, path: string, body: JsonValue): IdempotentCall {
  if (key !== undefined && (key.length > 255 || key.includes("\0"))) {
    throw new ProblemError("invalid_parameter", "Idempotency-Key may hold up to 255 characters.");
  }
  return { principal, key: key || undefined, bodyHash: hashCanonicalJson([path, body]) };
}

export function reused(): ProblemError {
  return new ProblemError(
    "idempotency_key_reuse",
    "This Idempotency-Key was sent before with another body. Send a fresh one with each new call.",
  );
}

/**
 * Runs a mutation once for its key, within the mutation's own transaction: effect and first answer commit together. A second caller
 * waits for the first one's transaction, then gets its answer. A failed mutation leaves no record and may be tried again.
 */
export async function onceFor<Schema extends z.ZodType>(
  transaction: Queryable,
  call: IdempotentCall,
  answerSchema: Schema,
  work: () => Promise<z.output<Schema>>,
): Promise<z.output<Schema>> {
  if (call.key === undefined) return work();
  const isFirst = await transaction.run(
    "insert into idempotency_records (principal, idempotency_key, body_hash) values ($1, $2, $3) on conflict do nothing",
    [call.principal, call.key, call.bodyHash],
  );
  if (isFirst === 0) {
    const record = await transaction.row(
      z.object({ body_hash: z.string(), answer: z.unknown() }),
      "select body_hash, answer from idempotency_records where principal = $1 and idempotency_key = $2",
      [call.principal, call.key],
    );
    if (record === null || record.body_hash !== call.bodyHash) throw reused();
    return answerSchema.parse(record.answer);
  }
  const answer = await work();
  await transaction.run("update idempotency_records set answer = $3::json where principal = $1 and idempotency_key = $2", [
    call.principal,
    call.key,
    JSON.stringify(answer),
  ]);
  return answer;
}

/** Seconds after which a first answer is forgotten: clients retry for minutes, not for days. */
const REMEMBERED_SECONDS = 7 * 24 * 3600;

/** Forgets first answers that nobody will ask for again. @returns how many */
export function forgetAnswers(database: Queryable): Promise<number> {
  return database.run("delete from idempotency_records where created_at < now() - make_interval(secs => $1)", [
    REMEMBERED_SECONDS,
  ]);
}
