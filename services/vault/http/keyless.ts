import { openApiDocument } from "@ledgix/contract/openapi";
import { ProblemError } from "@ledgix/contract/problem";
import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { RateLimit } from "../adapters/rate-limit.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { assertFresh } from "../notifications/slack/signed.ts";
import type { Env } from "./admit.ts";
import { networkOf } from "./caller-address.ts";

/** Bytes of what Slack sends: a case's message with its blocks, and the answer of a modal. */
const MAX_INTERACTION_BYTES = 256 * 1024;
/** For so long one look at the control plane answers everybody who asks whether this Vault is ready. Milliseconds. */
const READY_FRESH_MS = 500;

export type Spend = (bucket: string, limit: RateLimit) => Promise<void>;

/**
 * What is answered without a key: it costs little, and its callers are counted by address. Registered before bodies are read, so that nothing of a
 * body is taken in for a caller who is refused.
 */
export function addKeylessRoutes(
  app: Hono<Env>,
  deps: VaultDependencies,
  addressOf: (context: Context<Env>) => string,
  spend: Spend,
): void {
  const counted = (path: string, limit: RateLimit) =>
    app.use(path, async (context, next) => {
      await spend(`open:${networkOf(addressOf(context))}`, limit);
      await next();
    });
  for (const path of ["/health", "/ready", "/.well-known/jwks.json", "/openapi.json", "/slack/interactions"])
    counted(path, deps.pollingRateLimit);
  counted("/unsubscribe", deps.rateLimit);

  app.use("/slack/interactions", async (context, next) => {
    assertFresh(deps, {
      timestamp: context.req.header("x-slack-request-timestamp") ?? "",
      signature: context.req.header("x-slack-signature") ?? "",
    });
    await next();
  });
  app.use(
    "/slack/interactions",
    bodyLimit({
      maxSize: MAX_INTERACTION_BYTES,
      onError: () => {
        throw new ProblemError("body_too_large", "The body is larger than any interaction of Slack's.");
      },
    }),
  );

  const isReady = readiness(deps);
  const document = JSON.stringify(openApiDocument());
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/ready", async (context) => {
    const ready = !deps.draining.aborted && (await isReady());
    return context.json({ status: ready ? "ready" : "not_ready" }, ready ? 200 : 503);
  });
  app.get("/.well-known/jwks.json", (context) => context.json({ keys: deps.keys.published() }));
  app.get("/openapi.json", (context) => context.body(document, 200, { "content-type": "application/json" }));
}

/** Whether the control plane answers, asked once for all who want to know at a moment. */
function readiness({ controlPlane }: VaultDependencies): () => Promise<boolean> {
  let asked = { at: Number.NEGATIVE_INFINITY, answer: Promise.resolve(false) };
  return () => {
    const at = performance.now();
    if (at - asked.at >= READY_FRESH_MS) {
      const answer = controlPlane.run("select 1").then(
        () => true,
        () => false,
      );
      asked = { at, answer };
    }
    return asked.answer;
  };
}
