import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Database } from "../supabase/database.types";
import { startAuthServerDouble, totp } from "./auth-server-double";
import { offersSecondFactor, passFactor, readFactors } from "./second-factor";

// Against a double of Supabase Auth's HTTP API, through Supabase's own client; not against a hosted project.
vi.mock("server-only", () => ({}));

let auth: Awaited<ReturnType<typeof startAuthServerDouble>>;
beforeAll(async () => {
  auth = await startAuthServerDouble();
  Object.assign(process.env, {
    SUPABASE_URL: auth.url,
    SUPABASE_PUBLISHABLE_KEY: "sb_publishable_test",
    VAULT_URL: auth.url,
    VAULT_PUBLIC_URL: auth.url,
    CONSOLE_URL: "http://localhost:3999",
  });
});
afterAll(() => auth.close());

async function signIn() {
  const client = createClient<Database>(auth.url, "sb_publishable_test", {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  expect((await client.auth.signInWithPassword({ email: "owner@example.com", password: "x" })).error).toBeNull();
  return client;
}
const aWrongCode = () => String((Number(auth.code()) + 1) % 1_000_000).padStart(6, "0");

it("the double makes the codes of RFC 6238, appendix B", () => {
  const secret = Buffer.from("12345678901234567890");
  expect([59, 1111111109, 2000000000].map((seconds) => totp(secret, seconds * 1000))).toEqual(["287082", "081804", "279037"]);
});

describe("a second factor", () => {
  it("is offered where the server has one, and to nobody without a session", async () => {
    expect(await offersSecondFactor(await signIn())).toBe(true);
    expect(await offersSecondFactor(createClient<Database>(auth.url, "sb_publishable_test"))).toBe(false);
  });

  it("is not asked for before it is confirmed, asked for at every sign-in from then on, and never again once it is removed", async () => {
    const client = await signIn();
    expect(await passFactor(client, "")).toMatchObject({ ok: true });
    const enrolled = await client.auth.mfa.enroll({ factorType: "totp", friendlyName: "Authenticator app" });
    expect(enrolled.data?.type === "totp" && enrolled.data.totp.qr_code).toMatch(/^data:image\/svg\+xml/);
    expect(await readFactors(client)).toMatchObject({ ok: true, data: [] });
    const factorId = enrolled.data?.id ?? "";
    expect((await client.auth.mfa.challengeAndVerify({ factorId, code: aWrongCode() })).error).not.toBeNull();
    expect((await client.auth.mfa.challengeAndVerify({ factorId, code: auth.code() })).error).toBeNull();
    expect(await readFactors(client)).toMatchObject({ ok: true, data: [{ id: factorId, name: "Authenticator app" }] });

    const later = await signIn();
    for (const code of ["", "12345", "letters", aWrongCode()])
      expect(await passFactor(later, code)).toMatchObject({ ok: false, code: "second_factor" });
    const code = auth.code();
    expect(await passFactor(later, `${code.slice(0, 3)} ${code.slice(3)}`)).toMatchObject({ ok: true });
    expect(await passFactor(later, "")).toMatchObject({ ok: true }); // this session has shown it
    expect((await later.auth.mfa.unenroll({ factorId })).error).toBeNull();
    expect(await passFactor(await signIn(), "")).toMatchObject({ ok: true });
  });
});
