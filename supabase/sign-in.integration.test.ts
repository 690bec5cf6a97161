import { randomBytes } from "node:crypto";
import type { Queryable } from "@ledgix/tenancy/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Stack, startStack } from "../services/local/test/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

type Person = { user: string; session: string };
const inRole = <Result>(
  role: "anon" | "authenticated",
  person: Person | null,
  work: (transaction: Queryable) => Promise<Result>,
) =>
  stack.controlPlane.transaction(async (transaction) => {
    await transaction.run("select set_config('request.jwt.claim.sub', $1, true), set_config('request.jwt.claims', $2, true)", [
      person?.user ?? "",
      person ? JSON.stringify({ sub: person.user, session_id: person.session }) : "",
    ]);
    await transaction.script(`set local role ${role}`);
    return work(transaction);
  });
async function addPerson(): Promise<Person> {
  const user = crypto.randomUUID();
  await stack.controlPlane.run("insert into auth.users (id, email) values ($1, $2)", [user, `${user}@example.com`]);
  return { user, session: await addSession(user) };
}
async function addSession(user: string): Promise<string> {
  const session = crypto.randomUUID();
  await stack.controlPlane.run("insert into auth.sessions (id, user_id) values ($1, $2)", [session, user]);
  return session;
}
const touch = (person: Person, isUsed = true) =>
  inRole("authenticated", person, (transaction) =>
    transaction.row(z.object({ is: z.string() }), "select public.touch_session('Firefox', '203.0.113.4', $1) as is", [isUsed]),
  ).then((row) => row?.is);
const sessionRow = z.object({
  id: z.string(),
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  is_current: z.boolean(),
});
const list = (person: Person) =>
  inRole("authenticated", person, (transaction) =>
    transaction.row(z.object({ sessions: z.array(sessionRow) }), "select public.list_sessions() as sessions"),
  ).then((row) => row?.sessions ?? []);
const exists = async (session: string) =>
  (await stack.controlPlane.row(z.object({ id: z.string() }), "select id from auth.sessions where id = $1", [session])) !== null;

describe("tries", () => {
  const key = () => randomBytes(32).toString("hex");
  const take = (buckets: unknown, known: string | null = null, role: "anon" | "authenticated" = "anon") =>
    inRole(role, null, (transaction) =>
      transaction.row(z.object({ wait: z.number() }), "select public.take_attempt($1::jsonb, $2) as wait", [
        JSON.stringify(buckets),
        known,
      ]),
    ).then((row) => row?.wait ?? -1);
  const settle = (returned: string[], emptied: string[], known: string | null) =>
    inRole("anon", null, (transaction) =>
      transaction.run("select public.settle_attempt($1, $2, $3)", [returned, emptied, known]),
    );

  it("of fifty at once as many pass as the limit says, in whatever order their buckets are named", async () => {
    const [one, two] = [key(), key()];
    const buckets = [
      { key: one, limit: 7, seconds: 60 },
      { key: two, limit: 9, seconds: 60 },
    ];
    const waits = await Promise.all(Array.from({ length: 50 }, (_, index) => take(index % 2 ? buckets : buckets.toReversed())));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(7);
    for (const wait of waits.filter((each) => each !== 0)) expect(wait).toBeLessThanOrEqual(60);
    // What was refused used nothing of the other bucket.
    expect(await take([{ key: two, limit: 8, seconds: 60 }])).toBe(0);
    expect(await take([{ key: two, limit: 8, seconds: 60 }])).toBeGreaterThan(0);
  });

  it("begin anew when the window is over, and are given back after a success", async () => {
    const bucket = { key: key(), limit: 1, seconds: 60 };
    expect(await take([bucket])).toBe(0);
    expect(await take([bucket])).toBeGreaterThan(0);
    await settle([bucket.key], [], null);
    expect(await take([bucket])).toBe(0);
    await stack.controlPlane.run("update private.attempts set ends_at = now() where bucket = $1", [bucket.key]);
    expect(await take([bucket])).toBe(0);
    await settle([], [bucket.key], null);
    expect(await take([bucket])).toBe(0);
  });

  it("of everybody do not count where an account is known", async () => {
    const [bucket, known] = [{ key: key(), limit: 1, seconds: 60, wide: true }, key()];
    expect(await take([bucket], known)).toBe(0);
    expect(await take([bucket], known)).toBeGreaterThan(0);
    await settle([], [], known);
    expect(await take([bucket], known)).toBe(0);
    expect(await take([bucket], key())).toBeGreaterThan(0);
  });

  it.each([
    [[]],
    [{}],
    [Array.from({ length: 9 }, () => ({ key: key(), limit: 1, seconds: 1 }))],
    [[{ key: "someone@example.com", limit: 1, seconds: 1 }]],
    [[{ key: key(), limit: 0, seconds: 1 }]],
    [[{ key: key(), limit: 1, seconds: 1e6 }]],
    [[{ limit: 1, seconds: 1 }]],
  ])("are counted under hashes alone, and for a day at most: %j", async (buckets) => {
    await expect(take(buckets)).rejects.toThrow(/bucket/);
  });

  it.each(["anon", "authenticated"] as const)("are nobody's to read or write: %s", async (role) => {
    for (const sql of ["select * from private.attempts", "delete from private.attempts", "select * from private.session_uses"])
      await expect(inRole(role, null, (transaction) => transaction.run(sql))).rejects.toThrow(/permission denied/);
  });
});

describe("sessions", () => {
  it("are listed with browser, place and the one that asks; nobody sees another's", async () => {
    const [person, stranger] = [await addPerson(), await addPerson()];
    const elsewhere = await addSession(person.user);
    expect(await touch(person)).toBe("whole");
    const listed = await list(person);
    expect(listed).toEqual([
      { id: person.session, user_agent: "Firefox", ip: "203.0.113.4", is_current: true },
      { id: elsewhere, user_agent: null, ip: null, is_current: false },
    ]);
    expect((await list(stranger)).map(({ id }) => id)).toEqual([stranger.session]);
  });

  it("end one by one, and only one's own", async () => {
    const [person, stranger] = [await addPerson(), await addPerson()];
    const elsewhere = await addSession(person.user);
    const end = (who: Person, session: string) =>
      inRole("authenticated", who, (transaction) => transaction.run("select public.end_session($1)", [session]));
    await expect(end(stranger, elsewhere)).rejects.toThrow(/ended already/);
    await end(person, elsewhere);
    expect([await exists(elsewhere), await exists(person.session), await exists(stranger.session)]).toEqual([false, true, true]);
    await expect(end({ ...person, session: elsewhere }, person.session)).rejects.toThrow(/Sign in/);
  });

  it("end all but the one that asks", async () => {
    const [person, stranger] = [await addPerson(), await addPerson()];
    const others = [await addSession(person.user), await addSession(person.user)];
    const endOthers = (who: Person) =>
      inRole("authenticated", who, (transaction) =>
        transaction.row(z.object({ n: z.number() }), "select public.end_other_sessions() as n"),
      );
    expect((await endOthers(person))?.n).toBe(2);
    expect(await Promise.all([...others, person.session, stranger.session].map(exists))).toEqual([false, false, true, true]);
    await expect(endOthers({ ...person, session: others[0] ?? "" })).rejects.toThrow(/Sign in/);
    await expect(inRole("anon", null, (transaction) => transaction.run("select public.end_other_sessions()"))).rejects.toThrow(
      /permission denied/,
    );
  });

  const goBack = (session: string, interval: string) =>
    stack.controlPlane.run("update private.session_uses set last_used_at = now() - $2::interval where session_id = $1", [
      session,
      interval,
    ]);

  it("that nobody used for the idle time are gone at the next look, and cannot be brought back", async () => {
    const person = await addPerson();
    await touch(person);
    await goBack(person.session, "11 hours 59 minutes");
    expect(await touch(person, false)).toBe("whole"); // what a page asks by itself is no use
    await goBack(person.session, "12 hours 1 second");
    expect(await list(person)).toEqual([]);
    expect(await touch(person)).toBe("ended");
    expect(await exists(person.session)).toBe(false);
    expect(await touch(person)).toBe("ended");
  });

  it("follow the operator's limits", async () => {
    const person = await addPerson();
    await touch(person);
    await goBack(person.session, "20 minutes");
    await stack.controlPlane.run("update private.session_limits set idle = '15 minutes'");
    expect(await touch(person)).toBe("ended");
    await expect(stack.controlPlane.run("update private.session_limits set idle = '1 second'")).rejects.toThrow(/check/);
    await stack.controlPlane.run("update private.session_limits set idle = '12 hours'");
  });

  it("of a person with a second factor see nothing before it is shown", async () => {
    const person = await addPerson();
    await stack.controlPlane.run(
      "insert into auth.mfa_factors (id, user_id, factor_type, status) values ($1, $2, 'totp', 'verified')",
      [crypto.randomUUID(), person.user],
    );
    expect(await touch(person)).toBe("second_factor");
    expect(await list(person)).toEqual([]);
    await expect(
      inRole("authenticated", person, (transaction) => transaction.run("select public.end_session($1)", [person.session])),
    ).rejects.toThrow(/Sign in/);
    await stack.controlPlane.run("update auth.sessions set aal = 'aal2' where id = $1", [person.session]);
    expect(await touch(person)).toBe("whole");
    expect(await list(person)).toHaveLength(1);
  });
});
