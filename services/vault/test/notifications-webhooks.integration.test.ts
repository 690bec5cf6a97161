import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { type Caller, until } from "@ledgix/local/test/stack";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { deliveriesOf, type Logged, mail, refunds, useNotifications } from "./notified.ts";
import { refund } from "./refunds.ts";

useNotifications();

describe("webhooks", () => {
  it("are signed, tried again, sent again under the same id, and rotate with both secrets", async () => {
    const received: { headers: Record<string, unknown>; body: string }[] = [];
    let status = 500;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        received.push({ headers: request.headers, body });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook`;
    const webhook = { url, events: ["review.pending", "review.decided", "key.created"] };
    // Loopback is private: a delivery would not be made, so neither is the webhook, and both are told in the same words.
    const blockedWords = "The address is private or reserved, and this Vault does not call such addresses.";
    const notMade = await refunds.owner("POST", "/webhooks", webhook);
    expect([notMade.status, notMade.body.detail]).toEqual([422, blockedWords]);
    const lenient = { ...mail.environment, VAULT_ALLOW_PRIVATE_WEBHOOKS: "true", VAULT_DELIVERY_RETRY_SECONDS: "1" };
    const operators = await refunds.stack.addReplica({ environment: lenient });
    const created = await refunds.owner("POST", `${operators.url}/webhooks`, webhook);
    await operators.close();
    expect(created.body.secret).toMatch(/^whsec_/);
    expect(JSON.stringify((await refunds.owner("GET", "/webhooks")).body)).not.toContain(created.body.secret);

    const blocked = await refunds.pause();
    const [refused] = await until(
      () => deliveriesOf(blocked),
      (deliveries) => deliveries[0]?.last_error != null,
    );
    expect(refused?.last_error).toBe(blockedWords);
    expect(received).toEqual([]);

    const open = await refunds.stack.addReplica({ environment: lenient });
    await refunds.stack.vault.close(); // its background work too: the other replica delivers from here on
    const owner: Caller = Object.assign(
      ((method, path, body, headers) => refunds.owner(method, open.url + path, body, headers)) as Caller,
      { stream: refunds.owner.stream },
    );
    const deliveries = async (id: string): Promise<Logged[]> =>
      (await owner("GET", `/deliveries?request_id=${id}`)).body.deliveries;
    const asked = await refunds.agent("POST", `${open.url}/request-clearance`, refund);
    const id: string = asked.body.request_id;
    const [tried] = await until(
      () => deliveries(id),
      (all) => all[0]?.last_error === "The receiver answered with status 500.",
    );
    status = 204;
    await until(
      () => deliveries(id),
      (all) => all[0]?.status === "delivered",
    );
    const ofCase = () => received.filter(({ body }) => body.includes(id));
    for (const { headers, body } of ofCase()) {
      const expected = `sha256=${createHmac("sha256", created.body.secret).update(body).digest("hex")}`;
      expect([headers["x-ledgix-signature"], headers["x-bylaw-signature"]]).toEqual([expected, expected]);
      expect(headers["x-ledgix-delivery"]).toBe(tried?.delivery_id);
      expect(JSON.parse(body)).toMatchObject({
        id: tried?.delivery_id,
        type: "review.pending",
        client_id: refunds.clientId,
        data: { request_id: id, status: "pending_review", tool_name: "stripe_refund" },
      });
      expect(body).not.toContain("cus_123");
    }
    const count = ofCase().length;
    expect(count).toBeGreaterThan(1);
    await owner("POST", `/deliveries/${tried?.delivery_id}/resend`);
    await until(
      async () => ofCase().length,
      (now) => now === count + 1,
    );

    const rotated = await owner("POST", `/webhooks/${created.body.webhook_id}/rotate`, { overlap_seconds: 3600 });
    await owner("POST", `/reviews/${id}/decision`, { approved: true });
    const last = await until(
      async () => ofCase().find(({ body }) => body.includes("review.decided")),
      (found) => found !== undefined,
    );
    const sign = (secret: string) =>
      `sha256=${createHmac("sha256", secret)
        .update(last?.body ?? "")
        .digest("hex")}`;
    expect(last?.headers["x-ledgix-signature"]).toBe(sign(rotated.body.secret));
    expect(last?.headers["x-ledgix-signature-previous"]).toBe(sign(created.body.secret));

    // What the control plane did to keys is told too, and a key that ends soon once.
    await refunds.stack.controlPlane.run(
      `insert into public.audit_events (client_id, actor_email, action, target, detail) values ($1, 'owner@example.com', 'key.created', 'x', '{"name": "made-in-console"}')`,
      [refunds.clientId],
    );
    const soon = await refunds.stack.addKey(refunds.clientId, {
      name: "ends-soon",
      expiresAt: new Date(Date.now() + 2 * 86_400_000),
    });
    await until(
      async () => received.filter(({ body }) => body.includes("made-in-console")).length,
      (found) => found === 1,
    );
    const database = await refunds.stack.tenants.database(refunds.clientId);
    await until(
      () => database.rows(z.object({ days: z.number() }), "select days from key_warnings where key_id = $1", [soon.keyId]),
      (rows) => rows.length === 1 && rows[0]?.days === 3,
    );
    expect((await owner("DELETE", `/webhooks/${created.body.webhook_id}`)).body.webhooks).toEqual([]);
    server.close();
  });
});
