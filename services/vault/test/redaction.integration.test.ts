import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { verifyBundle } from "@ledgix/verifier";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { proofOf } from "./proof-of.ts";

let stack: Stack;
let clientId: string;
let agent: Caller;
let owner: Caller;
let reviewer: Caller;
beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  owner = await stack.addMember(clientId, "owner", "owner@example.com");
  reviewer = await stack.addMember(clientId, "reviewer");
});
afterAll(() => stack.close());

const SAID = "unmistakable-content";
const redact = (request_id: string, by = owner) => by("POST", "/ledger/redactions", { request_id, reason: "Ticket 1234" });
const whenSettled = async (requestId: string) =>
  until(
    () => redact(requestId),
    ({ status }) => status !== 409,
  );
/** Every place in the tenant's database where a text stands. */
async function placesOf(text: string): Promise<string[]> {
  const database = await stack.tenants.database(clientId);
  const tables = await database.rows(
    z.object({ name: z.string() }),
    "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const row = await database.row(
      z.object({ is_there: z.boolean() }),
      `select exists (select from ${name} t where t::text like $1) as is_there`,
      [`%${text}%`],
    );
    if (row?.is_there) found.push(name);
  }
  return found;
}

describe("redaction", () => {
  it("destroys what a case said, in every table, and every proof of it goes on verifying", async () => {
    const asked = { tool_name: "pay", tool_args: { to: SAID }, human_principal: `${SAID}@example.com`, context: { note: SAID } };
    const { request_id } = (await agent("POST", "/request-clearance", asked, { "idempotency-key": crypto.randomUUID() })).body;
    await reviewer("POST", `/reviews/${request_id}/comments`, { text: `About ${SAID}` });
    expect((await redact(request_id)).body.code).toBe("not_settled");
    await reviewer("POST", `/reviews/${request_id}/decision`, { approved: false, review_reason: `No ${SAID}` });
    const { entries } = (await owner("GET", `/ledger?request_id=${request_id}&view=full`)).body;
    const before = await Promise.all(entries.map(({ event_uuid }: { event_uuid: string }) => proofOf(owner, { event_uuid })));
    for (const bundle of before) expect(await verifyBundle(bundle)).toMatchObject({ isIntact: true });
    expect(await placesOf(SAID)).toContain("clearance_requests");

    expect((await redact(request_id, reviewer)).status).toBe(403);
    const { status, body } = await whenSettled(request_id);
    expect([status, body.redacted_by]).toEqual([200, "owner@example.com"]);
    expect(await placesOf(SAID)).toEqual([]);
    expect((await redact(request_id)).body).toEqual(body);

    for (const { event } of before) {
      const after = await proofOf(owner, { event_uuid: event.event_uuid });
      expect(after.event).toMatchObject({ tool_args: {}, reason: "", citations: [], event_hash: event.event_hash });
      expect(after.event.receipt_signature).toBe(event.receipt_signature);
      const report = await verifyBundle(after);
      expect(report.isIntact).toBe(true);
      expect(report.notChecked.join(" ")).toContain("redacted");
    }
    const stored = (await owner("GET", `/ledger/encrypted?request_id=${request_id}`)).body.entries;
    expect(stored.filter(({ encrypted }: { encrypted: unknown }) => encrypted !== null)).toHaveLength(1);
    const [event] = (await owner("GET", `/ledger?request_id=${request_id}&view=full`)).body.entries;
    expect(event).toMatchObject({
      reason: "Ticket 1234",
      evidence_chunks: [{ type: "content.redacted", actor: "owner@example.com" }],
    });
    expect(await verifyBundle(await proofOf(owner, { event_uuid: event.event_uuid }))).toMatchObject({ isIntact: true });
    expect((await reviewer("GET", `/reviews/${request_id}`)).body).toMatchObject({
      ...{ tool_args: {}, redacted_by: "owner@example.com", redacted_at: body.redacted_at },
    });
    const comment = await reviewer("POST", `/reviews/${request_id}/comments`, { text: `About ${SAID}` });
    expect([comment.status, comment.body.code]).toEqual([409, "redacted"]);
    expect((await owner("GET", "/ledger/verify")).body.intact).toBe(true);
  });

  it("waits until an approval was used, and does not make it usable again", async () => {
    await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
    const { request_id, token } = (await agent("POST", "/request-clearance", { tool_name: "buy", tool_args: { amount: 1 } }))
      .body;
    expect((await redact(request_id)).body.code).toBe("not_settled");
    await agent("POST", "/consume-token", { token });
    expect((await whenSettled(request_id)).status).toBe(200);
    expect((await agent("POST", "/consume-token", { token })).body.code).toBe("token_replayed");
    const again = await agent("POST", "/mint-token", {
      ...{ tool_name: "buy", tool_args: { amount: 1 }, original_request_id: request_id },
      ...{ agent_id: "default-agent", session_id: "", policy_id: "" },
    });
    expect(again.status).toBe(403);
  });

  it("is the owner's of that tenant alone", async () => {
    const other = await stack.addMember(await stack.addTenant("Beta"), "owner");
    const { request_id } = (await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: {} })).body;
    expect((await redact(request_id, other)).status).toBe(404);
  });
});
