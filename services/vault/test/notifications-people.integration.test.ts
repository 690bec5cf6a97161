import { until } from "@ledgix/local/test/stack";
import { describe, expect, it } from "vitest";
import { deliveriesOf, mail, refunds, route, setRoutes, settled, useNotifications } from "./notified.ts";

useNotifications();

const OUTSIDER = "auditor@firm.example";
let made = 0;
async function join(role: "admin" | "reviewer" = "reviewer") {
  const email = `told-${++made}@example.com`;
  await refunds.stack.addMember(refunds.clientId, role, email);
  return email;
}
const of = (email: string) => [refunds.clientId, email];
const remove = (email: string) =>
  refunds.stack.controlPlane.run("delete from public.memberships where client_id = $1 and email = $2", of(email));
const demote = (email: string) =>
  refunds.stack.controlPlane.run(
    "update public.memberships set role = 'compliance' where client_id = $1 and email = $2",
    of(email),
  );
const setRule = async (more: object) => {
  const answer = await refunds.owner("PUT", "/review-settings", { rules: [{ id: "d", name: "Duty", ...more }] });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
};
const targets = async (id: string) => (await deliveriesOf(id)).map(({ target }) => target).toSorted();

describe("mail of a case", () => {
  it("goes to an outsider whom an admin names in a route, and to no member who left", async () => {
    const left = await join();
    const named = route({ to: { emails: [OUTSIDER, left] } });
    await setRoutes([named]);
    await remove(left);
    const id = await refunds.pause();
    await settled(id, 1);
    expect(await targets(id)).toEqual([OUTSIDER]);
    const { body } = await refunds.owner("GET", "/notification-settings");
    expect(body.warnings.map(({ detail }: { detail: string }) => detail).join()).toContain(
      `names ${left}, who is not a member any more`,
    );
    for (const [method, path, sent] of [
      ["PUT", "/notification-settings", { routes: [named] }],
      ["POST", "/notification-settings/test", { route: named, event: "review.pending" }],
    ] as const) {
      const refused = await refunds.owner(method, path, sent);
      expect([refused.status, refused.body.code]).toEqual([422, "invalid_body"]);
      expect(refused.body.detail).toContain(`The route Paused refunds: ${left} is not a member`);
    }
    await refunds.stack.addMember(refunds.clientId, "reviewer", left); // came back
    await setRoutes([named]);
  });

  it("that was planned for somebody who left before it was sent is not sent", async () => {
    const left = await join();
    await setRoutes([route({ after: 900, to: { emails: [left] } })]);
    const id = await refunds.pause();
    await until(
      () => deliveriesOf(id),
      (deliveries) => deliveries.length === 1,
    );
    await remove(left);
    const database = await refunds.stack.tenants.database(refunds.clientId);
    await database.run("update deliveries set not_before = now() where status = 'waiting'");
    await database.run("select pg_notify('ledgix_outbox', '0')");
    expect(await settled(id, 1)).toMatchObject([{ status: "skipped", last_error: "The receiver is not a member any more." }]);
    expect(mail.mailsTo(left)).toHaveLength(0);
  });

  it.each([
    ["left", remove],
    ["lost the role", demote],
  ] as const)(
    "that escalates goes to those who may decide: not to one who %s, and to everybody who may where nobody else remains",
    async (_, end) => {
      const [first, second] = [await join("admin"), await join("admin")];
      await setRule({ answer_within: 60, escalate_to: { members: [first, second] }, when_unanswered: "wait" });
      const database = await refunds.stack.tenants.database(refunds.clientId);
      const escalate = async () => {
        const id = await refunds.pause();
        await database.run("update clearance_requests set due_at = now() where request_id = $1", [id]);
        await settled(id, 1);
        return id;
      };
      await end(first);
      expect(await targets(await escalate())).toEqual([second]);
      await end(second);
      const told = await targets(await escalate());
      expect(told).toContain("reviewer@example.com");
      for (const email of [first, second]) expect(told).not.toContain(email);
    },
  );

  it("whose assignee left goes to the next on duty, who is told", async () => {
    const [leaving, next] = [await join(), await join()];
    await setRule({ on_call: [leaving, next] });
    const id = await refunds.pause();
    await until(
      async () => mail.mailsTo(leaving),
      (mails) => mails.length === 1,
    );
    await remove(leaving);
    const [told] = await until(
      async () => mail.mailsTo(next),
      (mails) => mails.length === 1,
    );
    expect(told?.text).toContain(`${leaving}, who had it, decides no cases any more.`);
    expect(await targets(id)).toEqual([leaving, next].toSorted());
  });
});
