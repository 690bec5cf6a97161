import type { Caller, Stack } from "@ledgix/local/test/stack";
import { expect } from "vitest";
import { z } from "zod";

/** What a token says, unchecked. */
export const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

/** Asks for clearance, and expects to get it at once. */
export async function approved(call: Caller, request: object, url = "") {
  const { body } = await call("POST", `${url}/request-clearance`, request);
  expect(body.status).toBe("approved");
  return body;
}

/** What of a tenant's database a refused mint must leave alone. */
export async function countsOf(stack: Stack, clientId: string) {
  const database = await stack.tenants.database(clientId);
  const count = async (from: string) =>
    (await database.row(z.object({ count: z.coerce.number() }), `select count(*) as count from ${from}`))?.count;
  return {
    requests: await count("clearance_requests"),
    outbox: await count("outbox"),
    uses: await count("rule_uses"),
    records: await count("idempotency_records"),
    refusals: await count("ledger_events where event_type = 'mint.refused'"),
  };
}
