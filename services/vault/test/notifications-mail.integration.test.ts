import { until } from "@ledgix/local/test/stack";
import { describe, expect, it } from "vitest";
import {
  approve,
  deliveriesOf,
  linksIn,
  mail,
  REVIEWER,
  refunds,
  route,
  setRoutes,
  settled,
  useNotifications,
  vaultUrl,
} from "./notified.ts";
import { refund } from "./refunds.ts";

useNotifications();

describe("e-mail", () => {
  it("tells the members of a role, over TLS and with a login: the sentence, why, and one link to the case", async () => {
    await setRoutes([route({ to: { roles: ["reviewer"] } })]);
    const id = await refunds.pause();
    const [told] = await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length === 1,
    );
    expect(told?.subject).toBe(`Ledgix case ${id.slice(0, 8)}`);
    expect(told?.text).toContain("payments-agent wants to refund $1,240.00 to customer cus_123");
    expect(linksIn(told?.text)).toEqual([expect.stringContaining(`/reviews/${id}`), expect.stringContaining("/unsubscribe#")]);
    expect(told?.html).toContain("prefers-color-scheme: dark");
    expect(await settled(id, 1)).toMatchObject([{ status: "delivered", attempts: 1, target: REVIEWER }]);
  });

  it("about one case is one thread, and stays in order", async () => {
    await setRoutes([route({ events: ["review.pending", "review.decided"], to: { emails: [REVIEWER] } })]);
    const id = await refunds.pause();
    await approve(refunds.owner, id, "Duplicate charge.");
    const mails = await until(
      async () => mail.mailsTo(REVIEWER),
      (all) => all.length === 2,
    );
    expect(new Set(mails.map(({ references }) => String(references)))).toEqual(new Set([`<case-${id}@ledgix>`]));
    expect(mails[1]?.text).toContain("Duplicate charge.");
    expect(new Set(mails.map(({ subject }) => subject)).size).toBe(1);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it("is delivered after an outage of the mail server, once", async () => {
    await setRoutes([route({ to: { emails: [REVIEWER] } })]);
    await mail.stop();
    const id = await refunds.pause();
    const tried = await until(
      () => deliveriesOf(id),
      (deliveries) => (deliveries[0]?.attempts ?? 0) > 0 && deliveries[0]?.last_error !== null,
    );
    expect(tried[0]?.last_error).toBe("The mail server cannot be reached.");
    await mail.start();
    expect(await settled(id, 1)).toMatchObject([{ status: "delivered" }]);
    expect(mail.mailsTo(REVIEWER)).toHaveLength(1);
  });

  it("that bounces is recorded, and the route that reaches nobody any more is a warning", async () => {
    mail.refuse("gone@example.com", 550);
    await setRoutes([route({ to: { emails: ["gone@example.com"] } })]);
    const id = await refunds.pause();
    expect(await settled(id, 1)).toMatchObject([{ status: "failed", last_error: "The mail server refused it: 550." }]);
    const { body } = await refunds.owner("GET", "/notification-settings");
    expect(body.unreachable).toMatchObject([{ email: "gone@example.com", reason: "bounced" }]);
    expect(body.warnings).toEqual([
      { route_id: "r1", detail: "Nobody can receive “Paused refunds”: every address has bounced or unsubscribed." },
    ]);
    mail.accept("gone@example.com");
    const again = await refunds.owner("POST", "/notification-settings/reinstate", { email: "gone@example.com" });
    expect(again.body.warnings).toEqual([]);
    const [logged] = await deliveriesOf(id);
    await refunds.owner("POST", `/deliveries/${logged?.delivery_id}/resend`);
    expect(await settled(id, 1)).toMatchObject([{ status: "delivered", attempts: 2 }]);
  });

  it("that is not essential ends by its own link, and by nothing else", async () => {
    await setRoutes([route({ to: { emails: ["tired@example.com"] } })]);
    await refunds.pause();
    const [told] = await until(
      async () => mail.mailsTo("tired@example.com"),
      (mails) => mails.length === 1,
    );
    const token = /\/unsubscribe#(\S+)/.exec(told?.text ?? "")?.[1];
    expect(JSON.stringify(told?.headers.get("list"))).toContain(`/api/unsubscribe/${token}`);
    expect(JSON.stringify(told?.headers.get("list"))).toContain("One-Click");
    const post = (body: object) =>
      fetch(`${vaultUrl}/unsubscribe`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await fetch(`${vaultUrl}/unsubscribe?token=${token}`)).status).toBe(404);
    expect((await post({ token: `${refunds.clientId}.${"x".repeat(32)}` })).status).toBe(404);
    expect((await post({ token: `${crypto.randomUUID()}.${"x".repeat(32)}` })).status).toBe(404);
    expect(await (await post({ token })).json()).toEqual({ email: "tired@example.com", tenant: "Acme" });
    const id = await refunds.pause();
    expect(await settled(id, 1)).toMatchObject([{ status: "skipped", last_error: "The receiver unsubscribed." }]);
  });

  it("is gathered where a route says so, and one mail lists what happened", async () => {
    await setRoutes([route({ cadence: "hourly", to: { emails: [REVIEWER] } })]);
    const ids = [await refunds.pause(), await refunds.pause()];
    const database = await refunds.stack.tenants.database(refunds.clientId);
    for (const id of ids) {
      const [waiting] = await until(
        () => deliveriesOf(id),
        (deliveries) => deliveries.length === 1,
      );
      expect(new Date(waiting?.not_before ?? 0).getUTCMinutes()).toBe(0);
    }
    await database.run("update deliveries set not_before = now() where request_id = any($1::uuid[])", [ids]);
    await database.run("select pg_notify('ledgix_outbox', '0')");
    for (const id of ids) expect(await settled(id, 1)).toMatchObject([{ status: "delivered" }]);
    expect(mail.mailsTo(REVIEWER)).toHaveLength(1);
    expect(mail.mails[0]?.subject).toBe("2 notices, 2 still waiting");
    for (const id of ids) expect(mail.mails[0]?.text).toContain(id);
  });

  it("waits for the end of quiet hours, unless it is critical", async () => {
    const always = { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "00:00" };
    const soon = new Date(Date.now() + 3_600_000).toISOString().slice(11, 16);
    const before = new Date(Date.now() - 3_600_000).toISOString().slice(11, 16);
    await setRoutes([route({ to: { emails: [REVIEWER] } })], { quiet_hours: { ...always, from: before, to: soon } });
    const id = await refunds.pause();
    const [held] = await until(
      () => deliveriesOf(id),
      (deliveries) => deliveries.length === 1,
    );
    expect(held).toMatchObject({ status: "waiting", attempts: 0 });
    expect(held?.not_before.slice(11, 16)).toBe(soon);
    await refunds.stack.addMember(refunds.clientId, "reviewer", "risk@example.com");
    await refunds.owner("PUT", "/review-settings", {
      rules: [
        { id: "x", name: "Quick", answer_within: 60, escalate_to: { members: ["risk@example.com"] }, when_unanswered: "wait" },
      ],
    });
    const urgent = await refunds.pause();
    const database = await refunds.stack.tenants.database(refunds.clientId);
    await database.run("update clearance_requests set due_at = now() where request_id = $1", [urgent]);
    await until(
      async () => mail.mailsTo("risk@example.com"),
      (mails) => mails.length === 1,
    );
  });

  it("goes to whoever is named in a comment, and to whoever is on duty, whatever the routes say", async () => {
    await refunds.owner("PUT", "/review-settings", { rules: [{ id: "d", name: "Duty", on_call: [REVIEWER] }] });
    const id = await refunds.pause();
    await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length === 1,
    );
    await refunds.owner("POST", `/reviews/${id}/comments`, { text: `@${REVIEWER} is this the one of last week?` });
    const mails = await until(
      async () => mail.mailsTo(REVIEWER),
      (all) => all.length === 2,
    );
    expect(mails[1]?.text).toContain("is this the one of last week?");
  });

  it("reminds after its time, and only while the case still waits", async () => {
    await setRoutes([route({ after: 900, to: { emails: [REVIEWER] } })]);
    const [open, decided] = [await refunds.pause(), await refunds.pause()];
    await approve(refunds.owner, decided);
    const database = await refunds.stack.tenants.database(refunds.clientId);
    for (const id of [open, decided])
      await until(
        () => deliveriesOf(id),
        (deliveries) => deliveries.length === 1,
      );
    await database.run("update deliveries set not_before = now() where status = 'waiting'");
    await database.run("select pg_notify('ledgix_outbox', '0')");
    expect(await settled(decided, 1)).toMatchObject([{ status: "skipped", last_error: "The case was decided before then." }]);
    expect(await settled(open, 1)).toMatchObject([{ status: "delivered" }]);
  });

  it("is left to the process that took it, where a slow mail server used up this one's lease", async () => {
    await setRoutes([route({ after: 900, to: { emails: [REVIEWER] } })]);
    const ids = [await refunds.pause(), await refunds.pause()];
    const database = await refunds.stack.tenants.database(refunds.clientId);
    for (const id of ids)
      await until(
        () => deliveriesOf(id),
        (deliveries) => deliveries.length === 1,
      );
    // While the first one is being sent, another process takes the second.
    mail.beforeTaking(async ({ references }) => {
      const taken = ids.find((id) => !String(references).includes(id)) ?? "";
      await database.run("update deliveries set attempts = attempts + 1 where request_id = $1", [taken]);
    });
    await database.run("update deliveries set not_before = now() where status = 'waiting'");
    await database.run("select pg_notify('ledgix_outbox', '0')");
    await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length > 0,
    );
    // A later round begins when this one is over.
    await setRoutes([route({ to: { emails: ["later@example.com"] } })]);
    await refunds.pause();
    await until(
      async () => mail.mailsTo("later@example.com"),
      (mails) => mails.length === 1,
    );
    expect(mail.mailsTo(REVIEWER)).toHaveLength(1);
    await database.run("update deliveries set status = 'skipped' where status = 'waiting'");
  });

  it("carries hostile text as text", async () => {
    await setRoutes([route({ to: { emails: [REVIEWER] } })]);
    await refunds.agent("POST", "/request-clearance", {
      ...refund,
      agent_id: "a<script>alert(1)</script>",
      tool_args: { amount: 500, currency: "usd", customer: '"><img src=x onerror=alert(1)>\r\nBcc: x@example.com' },
    });
    const [told] = await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length === 1,
    );
    expect(told?.html).not.toMatch(/<script|<img/);
    expect(told?.bcc).toBeUndefined();
    expect(told?.subject).toMatch(/^Ledgix case [0-9a-f]{8}$/);
  });

  it("warns of a key that ends soon", async () => {
    await setRoutes([route({ events: ["key.expiring"], to: { emails: [REVIEWER] } })]);
    await refunds.stack.addKey(refunds.clientId, { name: "payments-worker", expiresAt: new Date(Date.now() + 2 * 86_400_000) });
    const [warned] = await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length > 0,
    );
    expect(warned?.text).toContain("payments-worker");
    expect(warned?.subject).toBe("A key expires soon");
  });
});
