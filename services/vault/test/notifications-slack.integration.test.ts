import { until } from "@ledgix/local/test/stack";
import { beforeAll, describe, expect, it } from "vitest";
import {
  approve,
  deliveriesOf,
  REFUNDS_CHANNEL,
  REVIEWER,
  redirect_uri,
  refunds,
  route,
  setRoutes,
  settled,
  slack,
  useNotifications,
  vaultUrl,
  wordsOf,
} from "./notified.ts";
import { refund } from "./refunds.ts";
import type { PostedMessage } from "./slack-double.ts";

useNotifications();

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
    const { slack_bot_token } = await refunds.stack.tenants.secret(
      refunds.clientId,
      (secret) => secret.slack_bot_token !== undefined,
    );
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
