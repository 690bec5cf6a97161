import type { AttemptKind } from "@ledgix/contract/attempts";
import type { Database } from "@ledgix/tenancy/database";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { codeRefused, credentialsRefused, inTimeClass, notOffered, refusal, tooManyTries } from "./answers.ts";
import { openAttempts } from "./attempts.ts";
import { changeUser } from "./change-user.ts";
import { inTurn } from "./in-turn.ts";
import { noteSession } from "./sessions.ts";

type Env = { Bindings: { address: string } };
export type Forward = (path: string, init?: { method: string; body?: unknown }) => Promise<Response>;

const LARGEST_BODY = 16 * 1024;
const text = z.string().max(1024).catch("");
/** As the console parses it: lower case, no blanks around, nothing but ASCII. */
const email = z.string().trim().toLowerCase().pipe(z.email().max(254)).nullable().catch(null);
const credentials = z.object({ email, entered: text, password: text });
const verification = z.object({ email, entered: text, type: text, token: text });
const known = ["/settings", "/health", "/.well-known/jwks.json", "/.well-known/openid-configuration"];

/**
 * In front of Supabase Lite, which counts no tries: what Ledgix uses of its auth API, and nothing else of it. Requests are parsed once and
 * written anew, so that the door and the house read the same.
 */
export function signInDoor(options: {
  database: Database;
  secret: string;
  publishableKey: string;
  lite: (request: Request) => Promise<Response>;
}): (request: Request, address: string) => Promise<Response> {
  const { database, lite } = options;
  const attempts = openAttempts(database, options.secret);
  const turns = inTurn();
  const door = new Hono<Env>();

  const forwardOf =
    (context: Context<Env>): Forward =>
    async (path, init = { method: "GET" }) => {
      const headers = new Headers(context.req.raw.headers);
      for (const name of ["content-length", "transfer-encoding", "expect"]) headers.delete(name);
      if (init.body !== undefined) headers.set("content-type", "application/json");
      const url = new URL(`/auth/v1${path}`, context.req.url);
      return lite(
        new Request(url, { method: init.method, headers, ...(init.body !== undefined && { body: JSON.stringify(init.body) }) }),
      );
    };

  /** Takes a try, does it, and answers a failure in its class of time. Tries of one account follow each other: no race between two. */
  async function limited(
    context: Context<Env>,
    kind: AttemptKind,
    account: string,
    work: (forward: Forward) => Promise<Response>,
  ): Promise<Response> {
    const startedAt = performance.now();
    const { attempt, wait } = await attempts.take(kind, { account, address: context.env.address });
    if (wait > 0) return tooManyTries(wait);
    const answer = await turns(account, () => work(forwardOf(context)));
    if (answer.ok) await attempts.settle(attempt);
    if (answer.ok && kind !== "reset") {
      await noteSession(database, answer, { agent: context.req.header("user-agent"), isRecovered: kind === "verify" });
      return answer;
    }
    await inTimeClass(startedAt);
    return answer;
  }

  door.use("/auth/v1/*", bodyLimit({ maxSize: LARGEST_BODY, onError: () => refusal(413, "bad_json", "The body is too large.") }));
  door.use("/auth/v1/*", async (context, next) => {
    const key = context.req.header("apikey") ?? context.req.query("apikey");
    if (key !== options.publishableKey) return refusal(401, "no_authorization", "Send the project's publishable key in apikey.");
    return next();
  });

  door.post("/auth/v1/token", async (context) => {
    const grant = context.req.query("grant_type");
    const body = await readBody(context);
    if (grant === "refresh_token")
      return forwardOf(context)("/token?grant_type=refresh_token", {
        method: "POST",
        body: { refresh_token: text.parse(body.refresh_token) },
      });
    if (grant !== "password") return notOffered();
    const given = credentials.parse({ ...body, entered: body.email });
    return limited(context, "sign_in", given.email ?? given.entered, async (forward) =>
      given.email === null || given.password === ""
        ? credentialsRefused()
        : forward("/token?grant_type=password", { method: "POST", body: { email: given.email, password: given.password } }),
    );
  });

  door.post("/auth/v1/signup", async (context) => {
    const given = credentials.parse({ ...(await readBody(context)) });
    if (given.email === null) return refusal(400, "validation_failed", "Unable to validate email address: invalid format");
    return limited(context, "sign_up", given.email, (forward) =>
      forward("/signup", { method: "POST", body: { email: given.email, password: given.password } }),
    );
  });

  const reset = (answer: (forward: Forward, address: string) => Promise<Response>) => async (context: Context<Env>) => {
    const body = await readBody(context);
    const given = credentials.parse({ ...body, entered: body.email });
    return limited(context, "reset", given.email ?? given.entered, (forward) =>
      given.email === null
        ? Promise.resolve(refusal(400, "validation_failed", "Unable to validate email address: invalid format"))
        : answer(forward, given.email),
    );
  };
  door.post(
    "/auth/v1/recover",
    reset(async (forward, address) => {
      const sent = await forward("/recover", { method: "POST", body: { email: address } });
      return sent.status < 500 ? Response.json({}) : sent;
    }),
  );
  // Nothing waits for a confirmation here, so there is nothing to send again. The same answer for every address.
  door.post(
    "/auth/v1/resend",
    reset(async () => Response.json({})),
  );
  // Signing in by mail alone is not offered, and would make an account of every address that is sent.
  for (const path of ["/auth/v1/otp", "/auth/v1/magiclink"])
    door.post(
      path,
      reset(async () => refusal(422, "otp_disabled", "Signups not allowed for otp")),
    );

  // By address and code alone: a hash of the two would name no account whose tries could be counted.
  door.post("/auth/v1/verify", async (context) => {
    const body = await readBody(context);
    const given = verification.parse({ ...body, entered: body.email });
    return limited(context, "verify", given.email ?? given.entered, async (forward) => {
      if (given.email === null || given.token === "" || given.type !== "recovery") return codeRefused();
      const body = { type: "recovery", email: given.email, token: given.token };
      const verified = await forward("/verify", { method: "POST", body });
      return verified.ok || verified.status >= 500 ? verified : codeRefused();
    });
  });

  door.get("/auth/v1/user", (context) => forwardOf(context)("/user"));
  door.put("/auth/v1/user", async (context) =>
    changeUser({ database, attempts, turns, forward: forwardOf(context) }, await readBody(context), {
      address: context.env.address,
      authorization: context.req.header("authorization"),
    }),
  );
  door.post("/auth/v1/logout", async (context) => {
    const scope = z
      .enum(["global", "local", "others"])
      .catch("local")
      .parse(context.req.query("scope") ?? "local");
    return forwardOf(context)(`/logout?scope=${scope}`, { method: "POST" });
  });
  for (const path of known) door.get(`/auth/v1${path}`, (context) => forwardOf(context)(path));
  door.all("/auth/v1/*", notOffered);
  door.all("/rest/v1/*", (context) => lite(context.req.raw));
  door.notFound(notOffered);
  door.onError((error) => {
    console.error("The control plane could not answer:", error.message);
    return refusal(500, "unexpected_failure", "The control plane could not answer. Try again shortly.");
  });
  return async (request, address) => door.fetch(request, { address });
}

async function readBody(context: Context<Env>): Promise<Record<string, unknown>> {
  const body: unknown = await context.req.json().catch(() => ({}));
  return z.record(z.string(), z.unknown()).catch({}).parse(body);
}
