import { createDecipheriv, randomBytes } from "node:crypto";
import { encryptedPage, ledgerPage } from "@ledgix/contract/ledger";
import { verifyBundle } from "@ledgix/ledger/verify";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { transportKeyId } from "@ledgix/tenancy/content-seal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { proofOf } from "./proof-of.ts";

let stack: Stack;
let clientId: string;
let agent: Caller;
let compliance: Caller;
beforeAll(async () => {
  stack = await startStack();
  clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  compliance = await stack.addMember(clientId, "compliance");
  for (let i = 0; i < 10; i++) await ask(i);
});
afterAll(() => stack.close());

const ask = async (i: number): Promise<string> =>
  (await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { i, note: `é<${i}>` } })).body.request_id;

/** What a holder of the transport key does by the format alone: nonce of 12 bytes, ciphertext, tag of 16 bytes. */
function open(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

describe("the protected part of the ledger, at rest", () => {
  it("serves its content encrypted under the tenant's transport key, and stores none of it in the clear", async () => {
    const { entries } = encryptedPage.parse((await compliance("GET", "/ledger/encrypted?limit=5")).body);
    const full = ledgerPage.parse((await compliance("GET", "/ledger?limit=5&view=full")).body).entries;
    const { transport_key = "" } = await stack.tenants.secret(clientId);
    for (const [i, { encrypted, event_uuid, event_hash, tool_args }] of entries.entries()) {
      if (encrypted === null) throw new Error("The content is not there.");
      const name = `${event_uuid}/${event_hash}`;
      const wrapped = Buffer.from(encrypted.wrapped_key, "base64url");
      const key = open(Buffer.from(transport_key, "base64"), wrapped, `ledgix.content-key.v1\0${encrypted.key_id}\0${name}`);
      const content = JSON.parse(open(key, Buffer.from(encrypted.content, "base64url"), `ledgix.content.v1\0${name}`).toString());
      expect(content).toMatchObject({ tool_args: full[i]?.tool_args, reason: full[i]?.reason });
      expect(tool_args).toEqual({});
    }
    const database = await stack.tenants.database(clientId);
    const plain = await database.row(
      z.object({ n: z.coerce.number() }),
      "select count(*) as n from ledger_events where reason <> '' or tool_args::text <> '{}' or intent_hash <> ''",
    );
    expect(plain?.n).toBe(0);
  });

  it("seals by itself what came in the clear, as from a dump of before, and goes on proving it", async () => {
    const { event } = await proofOf(compliance, { request_id: await ask(200) });
    const database = await stack.tenants.database(clientId);
    const { event_uuid, intent_hash, tool_args, reason, citations, evidence_chunks } = event;
    await database.run(
      `update ledger_events set sealed_content = null, content_key = null, content_key_id = null, intent_hash = $2, tool_args = $3::json,
         reason = $4, citations = $5::json, evidence_chunks = $6::json where event_uuid = $1`,
      [event_uuid, intent_hash, JSON.stringify(tool_args), reason, JSON.stringify(citations), JSON.stringify(evidence_chunks)],
    );
    const row = z.object({ is_sealed: z.boolean(), text: z.string() });
    const sealed = await until(
      () =>
        database.row(
          row,
          "select sealed_content is not null as is_sealed, tool_args::text || reason || intent_hash as text from ledger_events where event_uuid = $1",
          [event_uuid],
        ),
      (found) => found?.is_sealed === true,
    );
    expect(sealed?.text).toBe("{}");
    const after = await proofOf(compliance, { event_uuid });
    expect(after.event).toEqual(event);
    expect((await verifyBundle(after)).filter((check) => check.outcome === "failed")).toEqual([]);
  });

  it("goes over to a new transport key by itself, and needs the old one no longer", async () => {
    const fresh = randomBytes(32);
    await stack.tenants.changeSecret(clientId, ({ transport_key = "", ...secret }) => ({
      ...secret,
      transport_key: fresh.toString("base64"),
      previous_transport_keys: [transport_key],
    }));
    const database = await stack.tenants.database(clientId);
    const elsewhere = z.object({ n: z.coerce.number() });
    await until(
      () =>
        database.row(elsewhere, "select count(*) as n from ledger_events where content_key_id <> $1", [transportKeyId(fresh)]),
      (row) => row?.n === 0,
    );
    await stack.tenants.changeSecret(clientId, ({ previous_transport_keys, ...secret }) => secret);
    await until(
      () => compliance("GET", "/ledger/encrypted?limit=1"),
      ({ body }) => body.entries[0].encrypted.key_id === transportKeyId(fresh),
    );
    expect((await compliance("GET", "/ledger/verify")).body.intact).toBe(true);
    const { entries } = ledgerPage.parse((await compliance("GET", "/ledger?limit=5&view=full")).body);
    for (const entry of entries) expect(entry.tool_args).not.toEqual({});
  });
});
