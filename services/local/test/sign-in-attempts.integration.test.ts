import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmailMessage } from "@supabase/lite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ControlPlane, openControlPlane } from "../control-plane.ts";

// The embedded control plane's own HTTP API, as anybody on the machine may call it.

const publishableKey = "sb_publishable_test";
const jwtSecret = "s".repeat(48);
const siteUrl = "http://localhost:3999";
const right = "correct horse battery";
const mails: EmailMessage[] = [];
let directory: string;
let controlPlane: ControlPlane;

const open = () =>
  openControlPlane({
    directory: join(directory, "control-plane"),
    jwtSecret,
    publishableKey,
    siteUrl,
    email: { send: async (mail) => void mails.push(mail) },
  });
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-sign-in-"));
  controlPlane = await open();
});
afterAll(async () => {
  await controlPlane.close();
  await rm(directory, { recursive: true, force: true });
});

type Given = { from?: string; token?: string; method?: string; headers?: Record<string, string> };
// biome-ignore lint/suspicious/noExplicitAny: the answer of any endpoint; the assertions look into it
type Answer = { status: number; body: any; headers: Headers };
async function call(
  path: string,
  body?: object | string,
  { from = "203.0.113.1", token, method, headers }: Given = {},
): Promise<Answer> {
  const response = await controlPlane.fetch(
    new Request(`http://127.0.0.1${path}`, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        apikey: publishableKey,
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
    from,
  );
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
}
let nextPlace = 0;
/** An address that nobody called from yet. */
const newPlace = () => `198.51.100.${++nextPlace}`;
const newAddress = () => `a${crypto.randomUUID().slice(0, 12)}@example.com`;
const signIn = (email: string, password: string, given?: Given) =>
  call("/auth/v1/token?grant_type=password", { email, password }, given);
const recover = (email: string, given?: Given) => call("/auth/v1/recover", { email }, given);
const verify = (email: string, token: string, given?: Given) =>
  call("/auth/v1/verify", { type: "recovery", email, token }, given);
const codeFor = (email: string) => /\b\d{8}\b/.exec(mails.findLast((mail) => mail.to === email)?.text ?? "")?.[0] ?? "";
async function newAccount(): Promise<string> {
  const email = newAddress();
  expect((await call("/auth/v1/signup", { email, password: right }, { from: newPlace() })).status).toBe(200);
  return email;
}
/** That often, all at once. */
const times = <Value>(count: number, work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
/** In their order of size. */
const statuses = (answers: Answer[]) => answers.map((answer) => answer.status).sort();

describe("a password is not guessed", () => {
  it("after sixty wrong ones the right one is refused too, and the same place may try others' accounts", async () => {
    const [email, other, from] = [await newAccount(), await newAccount(), newPlace()];
    const wrong = await times(60, () => signIn(email, "wrong password", { from }));
    expect(statuses(wrong).filter((status) => status === 400)).toHaveLength(10);
    expect(statuses(wrong).filter((status) => status === 429)).toHaveLength(50);
    const refused = await signIn(email, right, { from });
    expect(refused).toMatchObject({ status: 429, body: { error_code: "over_request_rate_limit" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await signIn(other, right, { from })).status).toBe(200);
  });

  it("its owner signs in from elsewhere meanwhile, and from a place where they did before even while many places guess", async () => {
    const [email, home] = [await newAccount(), newPlace()];
    expect((await signIn(email, right, { from: home })).status).toBe(200);
    for (const from of Array.from({ length: 7 }, newPlace)) await times(10, () => signIn(email, "wrong password", { from }));
    expect((await signIn(email, right, { from: newPlace() })).status).toBe(429);
    expect((await signIn(email, right, { from: home })).status).toBe(200);
  });

  it("its owner resets it where they signed in before, even while many places ask for codes and try them", async () => {
    const [email, home] = [await newAccount(), newPlace()];
    expect((await signIn(email, right, { from: home })).status).toBe(200);
    for (const from of Array.from({ length: 3 }, newPlace)) {
      await times(5, () => recover(email, { from }));
      await times(15, () => verify(email, "00000000", { from }));
    }
    expect((await recover(email, { from: newPlace() })).status).toBe(429);
    expect((await recover(email, { from: home })).status).toBe(200);
    expect((await verify(email, codeFor(email), { from: home })).status).toBe(200);
  });

  it.each([
    ["case", (email: string) => email.toUpperCase()],
    ["blanks", (email: string) => `  ${email}\t`],
    ["a plus", (email: string) => email.replace("@", "+x@")],
    ["an invisible character", (email: string) => email.replace("a", "a\u200b")],
    ["full width", (email: string) => email.replace("a", "\uff41")],
    ["a final full stop", (email: string) => `${email}.`],
  ])("other spellings (%s) are no new tries", async (_, spelled) => {
    const [email, from] = [await newAccount(), newPlace()];
    await times(10, () => signIn(spelled(email), "wrong password", { from }));
    expect((await signIn(email, right, { from })).status).toBe(429);
  });

  it("nor is a header that the caller writes, or a member that is written twice", async () => {
    const [email, from] = [await newAccount(), newPlace()];
    const spoofed = await times(14, (index) =>
      signIn(email, "wrong password", {
        from,
        headers: { "x-forwarded-for": `192.0.2.${index}`, forwarded: `for=192.0.2.${index}` },
      }),
    );
    expect(statuses(spoofed).slice(10)).toEqual([429, 429, 429, 429]);
    const twice = `{"email":"${newAddress()}","email":"${email}","password":"${right}"}`;
    expect((await call("/auth/v1/token?grant_type=password", twice, { from })).status).toBe(429);
    for (const path of [
      "/auth/v1/%74oken?grant_type=password",
      "/auth/v1/token?grant%5Ftype=password",
      "/auth/v1/./token?grant_type=password",
    ])
      expect((await call(path, { email, password: right }, { from })).status).toBe(429);
    expect((await call("/auth/v1/token/?grant_type=password", { email, password: right }, { from })).status).toBe(404);
  });

  it("going through many accounts from one place ends", async () => {
    const from = newPlace();
    const tried = await times(40, () => signIn(newAddress(), "a password of many", { from }));
    expect(statuses(tried).filter((status) => status === 400)).toHaveLength(30);
    const spread = await times(40, (index) => signIn(newAddress(), "x", { from: `2001:db8:7:7::${index + 1}` }));
    expect(statuses(spread).filter((status) => status === 400)).toHaveLength(30);
  });

  it("known and unknown accounts are answered alike, in words and in time", async () => {
    const email = await newAccount();
    const timed = async (address: string) => {
      const startedAt = performance.now();
      const { status, body } = await signIn(address, "wrong password", { from: newPlace() });
      return { status, body, quarters: Math.floor((performance.now() - startedAt) / 250) >= 1 };
    };
    expect(await timed(email)).toEqual(await timed(newAddress()));
  });

  it("counts outlast a restart", async () => {
    const [email, from] = [await newAccount(), newPlace()];
    await times(10, () => signIn(email, "wrong password", { from }));
    await controlPlane.close();
    controlPlane = await open();
    expect((await signIn(email, right, { from })).status).toBe(429);
  });
});

describe("a code is not guessed", () => {
  it("has eight digits, and is void after five tries at once from anywhere; a new one works", async () => {
    const [email, from] = [await newAccount(), newPlace()];
    await recover(email, { from });
    const code = codeFor(email);
    expect(code).toMatch(/^\d{8}$/);
    const wrong = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        verify(email, String(index).padStart(8, "0"), { from: index % 2 ? from : `192.0.2.${index % 250}` }),
      ),
    );
    expect(statuses(wrong).filter((status) => status === 403)).toHaveLength(5);
    expect(statuses(wrong).filter((status) => status === 429)).toHaveLength(295);
    expect((await verify(email, code, { from })).status).toBe(429);
    await recover(email, { from });
    expect((await verify(email, code, { from })).status).toBe(403);
    expect((await verify(email, codeFor(email), { from })).status).toBe(200);
  });

  it("works once, by its address and as what it is", async () => {
    const [email, from] = [await newAccount(), newPlace()];
    await recover(email, { from });
    const code = codeFor(email);
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(email + code))).toString("hex");
    for (const body of [
      { type: "magiclink", email, token: code },
      { type: "recovery", token_hash: hash },
    ])
      expect((await call("/auth/v1/verify", body, { from: newPlace() })).status).toBe(403);
    expect((await call(`/auth/v1/verify?type=recovery&token=${hash}`, undefined, { from })).status).toBe(404);
    const both = await Promise.all([verify(email, code, { from }), verify(email, code, { from })]);
    expect(statuses(both)).toEqual([200, 403]);
  });

  it("its mail leads to the console's own page, and says the code", async () => {
    const email = await newAccount();
    await recover(email, { from: newPlace() });
    const mail = mails.findLast((each) => each.to === email);
    const link = new URL(/https?:\/\/\S+/.exec(mail?.text ?? "")?.[0] ?? "");
    expect(link.origin + link.pathname).toBe(`${siteUrl}/reset-password`);
    expect(Object.fromEntries(new URLSearchParams(link.hash.slice(1)))).toEqual({ email, code: codeFor(email) });
  });
});

describe("mails and accounts", () => {
  it.each(["recover", "otp", "magiclink", "resend"])(
    "/%s is answered alike for every account, and only so often",
    async (path) => {
      const email = await newAccount();
      const [known, unknown] = await Promise.all(
        [email, newAddress()].map((address) =>
          times(7, () => call(`/auth/v1/${path}`, { email: address, type: "signup" }, { from: newPlace() })),
        ),
      );
      const plain = (answers: Answer[] = []) => answers.map(({ status, body }) => ({ status, body }));
      expect(plain(known)).toEqual(plain(unknown));
      const from = newPlace();
      const repeated = await times(7, () => call(`/auth/v1/${path}`, { email, type: "signup" }, { from }));
      expect(statuses(repeated).slice(5)).toEqual([429, 429]);
    },
  );

  it("a stranger's mailbox gets ten codes an hour at most", async () => {
    const email = await newAccount();
    await times(14, () => recover(email, { from: newPlace() }));
    expect(mails.filter((mail) => mail.to === email)).toHaveLength(10);
  });

  it("no account is made by asking for a code, nor one that looks like another", async () => {
    const address = newAddress();
    await call("/auth/v1/otp", { email: address, create_user: true }, { from: newPlace() });
    await call("/auth/v1/magiclink", { email: address }, { from: newPlace() });
    expect((await call("/auth/v1/signup", { email: address, password: right }, { from: newPlace() })).status).toBe(200);
    for (const twin of ["zero\u200bwidth@example.com", "\u0430lice@example.com"])
      expect((await call("/auth/v1/signup", { email: twin, password: right }, { from: newPlace() })).status).toBe(400);
  });

  it("a place learns of twenty addresses an hour that they have an account", async () => {
    const [email, from] = [await newAccount(), newPlace()];
    const asked = await times(6, () => call("/auth/v1/signup", { email, password: right }, { from }));
    expect(statuses(asked)).toEqual([422, 422, 422, 422, 429, 429]);
  });
});

describe("what the console does not use is not there", () => {
  it.each([
    "/_system/config",
    "/_system/introspect",
    "/storage/v1/bucket",
    "/auth/v1/authorize?provider=github",
    "/auth/v1/callback",
    "/auth/v1/reauthenticate",
    "/%61uth/v1/authorize",
    "/",
  ])("%s", async (path) => expect((await call(path)).status).toBe(404));

  it("and nothing is taken without the project's key", async () => {
    const keyless = await call(
      "/auth/v1/token?grant_type=password",
      { email: "a@b.example", password: "x" },
      { headers: { apikey: "" } },
    );
    expect(keyless.status).toBe(401);
  });
});
