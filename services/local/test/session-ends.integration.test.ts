import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, openControlPlane } from "../control-plane.ts";

// Passwords and sessions at the embedded control plane, through Supabase's own client over its HTTP API.

const publishableKey = "sb_publishable_test";
const right = "correct horse battery";
const other = "another long password";
const mails: { to: string; text?: string | undefined }[] = [];
let directory: string;
let controlPlane: ControlPlane;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-sessions-"));
  controlPlane = await openControlPlane({
    directory: join(directory, "control-plane"),
    jwtSecret: "s".repeat(48),
    publishableKey,
    siteUrl: "http://localhost:3999",
    email: { send: async (mail) => void mails.push(mail) },
  });
});
afterAll(async () => {
  await controlPlane.close();
  await rm(directory, { recursive: true, force: true });
});

let place = 0;
/** Supabase's client on a device of its own. */
function device() {
  const address = `198.51.100.${++place}`;
  return createClient("http://127.0.0.1:54321", publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: (input, init) => controlPlane.fetch(new Request(input, init), address) },
  });
}
type Device = ReturnType<typeof device>;
async function newAccount(): Promise<{ email: string; devices: [Device, Device] }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const [first, second] = [device(), device()];
  expect((await first.auth.signUp({ email, password: right })).error).toBeNull();
  expect((await second.auth.signInWithPassword({ email, password: right })).error).toBeNull();
  return { email, devices: [first, second] };
}
const isIn = async (who: Device) => (await who.rpc("touch_session", { agent: "", place: "", is_used: true })).data === "whole";
const accepts = async (email: string, password: string) =>
  (await device().auth.signInWithPassword({ email, password })).error === null;
const codeFor = (email: string) => /\b\d{8}\b/.exec(mails.findLast((mail) => mail.to === email)?.text ?? "")?.[0] ?? "";

describe("a password is changed", () => {
  it.each([
    ["without the current one", undefined, "current_password_required"],
    ["with a wrong one", "not the password", "current_password_mismatch"],
  ])("not %s", async (_, current, code) => {
    const { email, devices } = await newAccount();
    const { error } = await devices[0].auth.updateUser({ password: other, ...(current && { current_password: current }) });
    expect(error?.code).toBe(code);
    expect(await accepts(email, right)).toBe(true);
    expect([await isIn(devices[0]), await isIn(devices[1])]).toEqual([true, true]);
  });

  it("with the current one, and every other session ends, its refresh too; this one goes on", async () => {
    const { email, devices } = await newAccount();
    expect((await devices[0].auth.updateUser({ password: other, current_password: right })).error).toBeNull();
    expect([await isIn(devices[0]), await isIn(devices[1])]).toEqual([true, false]);
    expect((await devices[1].auth.refreshSession()).error).not.toBeNull();
    expect((await devices[0].auth.refreshSession()).error).toBeNull();
    expect([await accepts(email, right), await accepts(email, other)]).toEqual([false, true]);
  });

  it("and whoever signs in with the old one meanwhile is out afterwards, in whatever order they come", async () => {
    const { email, devices } = await newAccount();
    const thieves = Array.from({ length: 6 }, device);
    await Promise.all([
      ...thieves.slice(0, 3).map((thief) => thief.auth.signInWithPassword({ email, password: right })),
      devices[0].auth.updateUser({ password: other, current_password: right }),
      ...thieves.slice(3).map((thief) => thief.auth.signInWithPassword({ email, password: right })),
    ]);
    expect(await Promise.all(thieves.map(isIn))).toEqual(thieves.map(() => false));
    expect(await isIn(devices[0])).toBe(true);
  });

  it("and the current one is not guessed through it", async () => {
    const { devices } = await newAccount();
    const guesses = await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        devices[0].auth.updateUser({ password: other, current_password: `guess ${index}` }),
      ),
    );
    expect(guesses.filter(({ error }) => error?.status === 429)).toHaveLength(5);
    expect((await devices[0].auth.updateUser({ password: other, current_password: right })).error?.status).toBe(429);
  });
});

describe("a reset", () => {
  it("sets a password once, without the old one, and ends every session that there was", async () => {
    const { email, devices } = await newAccount();
    const owner = device();
    await owner.auth.resetPasswordForEmail(email);
    expect((await owner.auth.verifyOtp({ email, token: codeFor(email), type: "recovery" })).error).toBeNull();
    expect((await owner.auth.updateUser({ password: other })).error).toBeNull();
    expect([await isIn(owner), await isIn(devices[0]), await isIn(devices[1])]).toEqual([true, false, false]);
    expect((await owner.auth.updateUser({ password: right })).error?.code).toBe("current_password_required");
    expect([await accepts(email, right), await accepts(email, other)]).toEqual([false, true]);
  });

  it("by a code that lies around for a quarter of an hour asks for the old one", async () => {
    const { email } = await newAccount();
    const owner = device();
    await owner.auth.resetPasswordForEmail(email);
    await owner.auth.verifyOtp({ email, token: codeFor(email), type: "recovery" });
    await controlPlane.database.run("update private.session_uses set recovered_at = now() - interval '16 minutes'");
    expect((await owner.auth.updateUser({ password: other })).error?.code).toBe("current_password_required");
  });
});

it("an account's address is not changed past the console, and another's token is nobody's", async () => {
  const { devices } = await newAccount();
  expect((await devices[0].auth.updateUser({ email: "other@example.com" })).error?.code).toBe("email_change_not_offered");
  const forged = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from("{}").toString("base64url")}.`;
  const answer = await controlPlane.fetch(
    new Request("http://127.0.0.1/auth/v1/user", {
      method: "PUT",
      headers: { apikey: publishableKey, authorization: `Bearer ${forged}` },
      body: JSON.stringify({ password: other }),
    }),
  );
  expect(answer.status).toBeGreaterThanOrEqual(401);
});

it("Supabase Lite offers no second factor, and says so with 404", async () => {
  const { devices } = await newAccount();
  const { error } = await devices[0].auth.mfa.enroll({ factorType: "totp" });
  expect(error?.status).toBe(404);
});
