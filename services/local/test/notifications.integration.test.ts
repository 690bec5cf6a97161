import { createHmac } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { type Refunds, refund, startRefunds } from "./refunds.ts";
import { type PostedMessage, type SlackDouble, startSlackDouble } from "./slack-double.ts";
import { type Caller, until } from "./stack.ts";

let slack: SlackDouble;
let mail: MailServer;
let refunds: Refunds;
let vaultUrl: string;
const REVIEWER = "reviewer@example.com";
const REFUNDS_CHANNEL = { id: "C0001", name: "#refunds" };
const redirect_uri = "http://localhost:3000/api/slack/callback";

beforeAll(async () => {
  slack = await startSlackDouble();
  mail = await startMailServer(await mkdtemp(join(tmpdir(), "ledgix-mail-")));
  refunds = await startRefunds({
    environment: {
      ...slack.environment,
      ...mail.environment,
      CONSOLE_URL: "http://localhost:3000",
      VAULT_DELIVERY_RETRY_SECONDS: "1",
    },
  });
  vaultUrl = refunds.stack.vault.url;
});
afterAll(async () => {
  await refunds.stack.close();
  await slack.close();
  await mail.stop();
});
beforeEach(async () => {
  slack.break(null);
  mail.mails.length = 0;
  slack.messages.length = 0;
  await setRoutes([]);
  await refunds.owner("PUT", "/review-settings", { rules: [] });
});

const route = (more: object) => ({ id: "r1", name: "Paused refunds", events: ["review.pending"], ...more });
async function setRoutes(routes: object[], more: object = {}) {
  const answer = await refunds.owner("PUT", "/notification-settings", { routes, quiet_hours: null, time_zone: "UTC", ...more });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}
const approve = (who: Caller, id: string, reason = "") =>
  who("POST", `/reviews/${id}/decision`, { approved: true, review_reason: reason });
type Logged = {
  delivery_id: string;
  status: string;
  attempts: number;
  last_error: string | null;
  target: string;
  event_type: string;
  not_before: string;
};
const deliveriesOf = async (id: string): Promise<Logged[]> =>
  (await refunds.owner("GET", `/deliveries?request_id=${id}`)).body.deliveries;
const settled = (id: string, count: number) =>
  until(
    () => deliveriesOf(id),
    (deliveries) => deliveries.length >= count && deliveries.every(({ status }) => status !== "waiting"),
  );
const linksIn = (text: string | undefined) => text?.match(/https?:\/\/\S+/g) ?? [];
const wordsOf = (message: PostedMessage) => JSON.stringify(message.blocks);

describe("e-mail", () => {
  it("tells the members of a role, over TLS and with a login: the sentence, why, and one link to the case", async () => {
    await setRoutes([route({ to: { roles: ["reviewer"] } })]);
    const id = await refunds.pause();
    const [told] = await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length === 1,
    );
    expect(told?.subject).toBe("payments-agent wants to refund $1,240.00 to customer cus_123");
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
    expect(mail.mails[0]?.subject).toBe("2 notices from Acme, 2 still waiting");
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

  it("carries hostile text as text", async () => {
    await setRoutes([route({ to: { emails: [REVIEWER] } })]);
    await refunds.agent("POST", "/request-clearance", {
      ...refund,
      agent_id: "a<script>alert(1)</script>\r\nBcc: x@example.com",
      tool_args: { amount: 500, currency: "usd", customer: '"><img src=x onerror=alert(1)>' },
    });
    const [told] = await until(
      async () => mail.mailsTo(REVIEWER),
      (mails) => mails.length === 1,
    );
    expect(told?.html).not.toMatch(/<script|<img/);
    expect(told?.bcc).toBeUndefined();
    expect(told?.subject).not.toMatch(/[\r\n]/);
  });
});

describe("Slack", () => {
  const messagesIn = (channel: string) => slack.messages.filter((message) => message.channel === channel && !message.thread_ts);
  const firstMessage = async () =>
    (
      await until(
        async () => messagesIn("C0001"),
        (messages) => messages.length === 1,
      )
    )[0] as PostedMessage;

  beforeAll(async () => {
    const { body } = await refunds.owner("POST", "/slack/authorize", { purpose: "install", redirect_uri, state: "s".repeat(20) });
    expect(new URL(body.url).searchParams.get("scope")).toContain("chat:write");
    const connected = await refunds.owner("POST", "/slack/install", { code: slack.codeFor(), redirect_uri });
    expect(connected.body.installation).toMatchObject({ team_id: "T0001", team_name: "Acme" });
    await refunds.reviewer("POST", "/slack/link", { code: slack.codeFor("U0001"), redirect_uri });
  });

  it("keeps its token in the tenant's secret alone, and refuses a code that was used", async () => {
    const { slack_bot_token } = await refunds.stack.tenants.secret(refunds.clientId);
    expect(slack_bot_token).toMatch(/^xoxb-/);
    const settings = (await refunds.owner("GET", "/slack")).body;
    expect(JSON.stringify(settings)).not.toContain(slack_bot_token);
    const again = await refunds.owner("POST", "/slack/install", { code: "used", redirect_uri });
    expect([again.status, again.body.detail]).toEqual([502, "Slack refused it: invalid_code. Start again from here."]);
  });

  it("finds channels and people by name, over all pages", async () => {
    const find = async (q: string) => (await refunds.owner("GET", `/slack/targets?q=${q}`)).body.targets;
    expect(await find("risk")).toEqual([{ id: "C0003", name: "#risk-review", kind: "channel" }]);
    expect(await find("admin")).toEqual([{ id: "U0002", name: "Admin", kind: "person" }]);
  });

  it("shows a case with its buttons; a linked member approves there with a reason, and the message says who", async () => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    const id = await refunds.pause();
    const message = await firstMessage();
    expect(wordsOf(message)).toContain("payments-agent wants to refund $1,240.00 to customer cus_123.");
    expect(wordsOf(message)).toContain("Approve refund");
    await slack.press(vaultUrl, message, "approve");
    expect(slack.modals).toHaveLength(1);
    expect(await (await slack.submit(vaultUrl, "Seen the receipt.")).json()).toEqual({ response_action: "clear" });
    const decided = (await refunds.owner("GET", `/reviews/${id}`)).body;
    expect(decided).toMatchObject({ status: "approved", decided_by: REVIEWER, review_reason: "Seen the receipt." });
    expect(decided.timeline.at(-1)).toMatchObject({ type: "review.approved", channel: "slack", actor: REVIEWER });
    await until(
      async () => wordsOf(message),
      (words) => words.includes(`Approved by ${REVIEWER}`) && !words.includes("Approve refund"),
    );
    expect((await refunds.agent("GET", `/clearance-status/${id}`)).body.token).toMatch(/^ey/);
  });

  it("follows a decision that was made in the console, also while Slack was down", async () => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    const id = await refunds.pause();
    const message = await firstMessage();
    slack.break("down");
    await approve(refunds.owner, id);
    await until(
      async () => slack.calls.filter(({ method }) => method === "chat.update").length,
      (count) => count > 0,
    );
    slack.break(null);
    await until(
      async () => wordsOf(message),
      (words) => words.includes("✅ Approved"),
    );
  });

  it.each(["down", "failing", "busy"] as const)("is told once after it was %s", async (fault) => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    slack.break(fault);
    const id = await refunds.pause();
    await until(
      () => deliveriesOf(id),
      (deliveries) => (deliveries[0]?.attempts ?? 0) > 0 && deliveries[0]?.last_error !== null,
    );
    slack.break(null);
    expect(await settled(id, 1)).toMatchObject([{ status: "delivered" }]);
    expect(messagesIn("C0001")).toHaveLength(1);
  });

  it("is told once where only its answers were lost", async () => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    slack.break("lose answers");
    const id = await refunds.pause();
    await until(
      async () => messagesIn("C0001"),
      (messages) => messages.length === 1,
    );
    slack.break(null);
    expect(await settled(id, 1)).toMatchObject([{ status: "delivered" }]);
    expect(messagesIn("C0001")).toHaveLength(1);
    await approve(refunds.owner, id);
    await until(
      async () => wordsOf(messagesIn("C0001")[0] as PostedMessage),
      (words) => words.includes("✅ Approved"),
    );
  });

  it("takes no interaction that is unsigned, old, sent again, or of another workspace", async () => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    const id = await refunds.pause();
    const message = await firstMessage();
    for (const options of [{ signingSecret: "guessed" }, { age: 301 }, { age: -301 }, { team: "T9999" }])
      expect((await slack.press(vaultUrl, message, "approve", options)).status).toBe(401);
    expect((await slack.press(vaultUrl, message, "approve")).status).toBe(200);
    expect((await slack.press(vaultUrl, message, "approve", { resend: true })).status).toBe(401);
    expect((await fetch(`${vaultUrl}/slack/interactions`, { method: "POST", body: "payload=%7B%7D" })).status).toBe(401);
    expect((await refunds.owner("GET", `/reviews/${id}`)).body.status).toBe("pending_review");
  });

  it("gives nobody more than the console does: who is not linked, not asked, or only allowed there is told so", async () => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    const rules = (more: object) => refunds.owner("PUT", "/review-settings", { rules: [{ id: "s", name: "Strict", ...more }] });
    await rules({ reviewers: { roles: ["owner"] } });
    const id = await refunds.pause();
    const message = await firstMessage();
    slack.whispers.length = 0;
    const modals = slack.modals.length;
    await slack.press(vaultUrl, message, "approve", { user: "U0002" });
    await slack.press(vaultUrl, message, "approve");
    expect(slack.whispers[0]).toContain("Link your Slack identity");
    expect(slack.whispers[1]).toBe("The rule Strict asks for an owner.");
    expect(slack.modals).toHaveLength(modals);
    // A modal that is sent without having been opened is held to the same rules.
    slack.modals.push({
      trigger_id: "",
      view: { private_metadata: JSON.stringify({ reference: `${refunds.clientId}:${id}`, approved: true }) },
    });
    expect(await (await slack.submit(vaultUrl, "")).json()).toMatchObject({ response_action: "errors" });

    slack.messages.length = 0;
    await rules({ console_only: true });
    await refunds.pause();
    expect(wordsOf(await firstMessage())).not.toContain("Approve refund");
    const consoleOnly = (await refunds.owner("GET", "/reviews?limit=1")).body.reviews[0].request_id;
    slack.modals.push({
      trigger_id: "",
      view: { private_metadata: JSON.stringify({ reference: `${refunds.clientId}:${consoleOnly}`, approved: true }) },
    });
    expect(await (await slack.submit(vaultUrl, "")).json()).toEqual({
      response_action: "errors",
      errors: { reason: "The rule Strict asks for a decision in the console." },
    });
  });

  it("asks for a reason where the rule does, and keeps the modal open until there is one", async () => {
    await refunds.owner("PUT", "/review-settings", { rules: [{ id: "r", name: "Reasons", reason: "required" }] });
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    await refunds.pause();
    await slack.press(vaultUrl, await firstMessage(), "deny");
    expect(JSON.stringify(slack.modals.at(-1)?.view)).toContain('"optional":false');
    expect(await (await slack.submit(vaultUrl, " ")).json()).toMatchObject({ response_action: "errors" });
    expect(await (await slack.submit(vaultUrl, "Not a duplicate.")).json()).toEqual({ response_action: "clear" });
  });

  it("says in the thread of the case that nobody answered", async () => {
    await setRoutes([route({ events: ["review.pending", "review.escalated"], to: { slack: [REFUNDS_CHANNEL] } })]);
    await refunds.owner("PUT", "/review-settings", {
      rules: [{ id: "q", name: "Quick", answer_within: 60, escalate_to: { roles: ["admin"] }, when_unanswered: "wait" }],
    });
    const id = await refunds.pause();
    const message = await firstMessage();
    const database = await refunds.stack.tenants.database(refunds.clientId);
    await database.run("update clearance_requests set due_at = now() where request_id = $1", [id]);
    await until(
      async () => slack.messages.filter(({ thread_ts }) => thread_ts === message.ts),
      (replies) => replies.length === 1,
    );
    expect(messagesIn("C0001")).toHaveLength(1);
  });

  it("carries hostile text as text", async () => {
    await setRoutes([route({ to: { slack: [REFUNDS_CHANNEL] } })]);
    await refunds.agent("POST", "/request-clearance", { ...refund, agent_id: "<!channel> <https://evil.example|click>" });
    const message = await firstMessage();
    expect(message.text).not.toContain("<!channel>");
    expect(wordsOf(message)).not.toContain("mrkdwn");
  });

  it("whose token was revoked fails at once, and says so in the log", async () => {
    await setRoutes([route({ to: { slack: [{ id: "C9999", name: "#deleted" }] } })]);
    const id = await refunds.pause();
    expect(await settled(id, 1)).toMatchObject([{ status: "failed", last_error: "Slack refused it: channel_not_found." }]);
  });
});

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
    const created = await refunds.owner("POST", "/webhooks", {
      url,
      events: ["review.pending", "review.decided", "key.created"],
    });
    expect(created.body.secret).toMatch(/^whsec_/);
    expect(JSON.stringify((await refunds.owner("GET", "/webhooks")).body)).not.toContain(created.body.secret);

    // Loopback is private: not called, unless the operator allows it.
    const blocked = await refunds.pause();
    const [refused] = await until(
      () => deliveriesOf(blocked),
      (deliveries) => deliveries[0]?.last_error != null,
    );
    expect(refused?.last_error).toBe("The address is private or reserved, and this Vault does not call such addresses.");
    expect(received).toEqual([]);

    const open = await refunds.stack.addReplica({
      environment: { ...mail.environment, VAULT_ALLOW_PRIVATE_WEBHOOKS: "true", VAULT_DELIVERY_RETRY_SECONDS: "1" },
    });
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
