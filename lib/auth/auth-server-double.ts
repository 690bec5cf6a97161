import { createHmac, randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

// A test double: the routes of Supabase Auth that a second factor takes, answering in its JSON. No hosted project can be reached by tests, and
// Supabase Lite has none of them. Tokens are unsigned: nobody here verifies them.

type Factor = {
  id: string;
  friendly_name: string;
  factor_type: "totp";
  status: "verified" | "unverified";
  created_at: string;
  updated_at: string;
};

const STEP_SECONDS = 30;

/** The code of a secret at a moment (RFC 6238, SHA-1, six digits). */
export function totp(secret: Buffer, atMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 1000 / STEP_SECONDS)));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export async function startAuthServerDouble() {
  const user = {
    id: crypto.randomUUID(),
    email: "owner@example.com",
    aud: "authenticated",
    app_metadata: {},
    user_metadata: {},
    created_at: "",
  };
  const factors: Factor[] = [];
  const secret = randomBytes(20);
  const me = () => ({ ...user, ...(factors.length > 0 && { factors }) });
  const session = (aal: string) => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const token = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub: user.id, email: user.email, aal, amr: [], exp: expires })}.c2ln`;
    return { access_token: token, refresh_token: "r", token_type: "bearer", expires_in: 3600, expires_at: expires, user: me() };
  };
  const refusal = (code: number, error_code: string) => Response.json({ code, error_code, msg: error_code }, { status: code });

  const app = new Hono().basePath("/auth/v1");
  app.post("/token", (context) => context.json(session("aal1")));
  app.get("/user", (context) => context.json(me()));
  app.post("/factors", async (context) => {
    const body: { factor_type?: string; friendly_name?: string } = await context.req.json();
    if (body.factor_type !== "totp") return refusal(400, "validation_failed");
    const now = new Date().toISOString();
    const id = crypto.randomUUID();
    factors.push({
      id,
      friendly_name: body.friendly_name ?? "",
      factor_type: "totp",
      status: "unverified",
      created_at: now,
      updated_at: now,
    });
    return context.json({
      id,
      type: "totp",
      friendly_name: body.friendly_name,
      totp: { qr_code: "<svg/>", secret: secret.toString("hex"), uri: "" },
    });
  });
  app.post("/factors/:id/challenge", (context) =>
    context.json({ id: crypto.randomUUID(), type: "totp", expires_at: Math.floor(Date.now() / 1000) + 300 }),
  );
  app.post("/factors/:id/verify", async (context) => {
    const body: { code?: string } = await context.req.json();
    const factor = factors.find(({ id }) => id === context.req.param("id"));
    if (!factor || body.code !== totp(secret, Date.now())) return refusal(422, "mfa_verification_failed");
    factor.status = "verified";
    return context.json(session("aal2"));
  });
  app.delete("/factors/:id", (context) => {
    const index = factors.findIndex(({ id }) => id === context.req.param("id"));
    if (index < 0) return refusal(404, "mfa_factor_not_found");
    factors.splice(index, 1);
    return context.json({ id: context.req.param("id") });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    code: () => totp(secret, Date.now()),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
