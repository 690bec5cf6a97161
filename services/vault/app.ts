import { ConfigError } from "@ledgix/configuration/read";
import { clearanceAnswer, clearanceRequest, consumeRequest, mintRequest } from "@ledgix/contract/clearance";
import { redactionRequest } from "@ledgix/contract/ledger";
import { sendInvitationRequest } from "@ledgix/contract/member";
import { ProblemError } from "@ledgix/contract/problem";
import { reviewSettingsUpdate, tenantSettingsUpdate } from "@ledgix/contract/settings";
import { observeHttp } from "@ledgix/telemetry/http";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { authenticator } from "./access/authenticate.ts";
import { assertMay, type Principal, principalId, principalLabel } from "./access/principal.ts";
import { requestClearance } from "./clearance/request.ts";
import { readStatus } from "./clearance/status.ts";
import type { VaultDependencies } from "./dependencies.ts";
import { type Admit, callOf, type Env } from "./http/admit.ts";
import { MAX_BODY_BYTES, readBody, readQuery } from "./http/body.ts";
import { callerAddress, networkOf } from "./http/caller-address.ts";
import { heldOpen } from "./http/held.ts";
import { readIfMatch, versioned } from "./http/if-match.ts";
import { addKeylessRoutes } from "./http/keyless.ts";
import { routePath } from "./http/path.ts";
import { problemResponse } from "./http/problem.ts";
import {
  bundleQuery,
  checkpointQuery,
  consistencyQuery,
  densityQuery,
  encryptedQuery,
  insightsQuery,
  ledgerQuery,
  toolQuery,
  waitQuery,
} from "./http/queries.ts";
import { readInsights } from "./insights/read.ts";
import { listCheckpoints } from "./ledger/checkpoints.ts";
import { readDensity } from "./ledger/density.ts";
import { listEncrypted, listEntries } from "./ledger/list.ts";
import { readCheckpointNote } from "./ledger/note.ts";
import { proveBundle, proveConsistency, proveInclusion } from "./ledger/prove.ts";
import { redactRequest } from "./ledger/redact.ts";
import { readEntryBundle, readTile } from "./ledger/serve-tile.ts";
import { verifyLedger } from "./ledger/verify.ts";
import { sendInvitation } from "./notifications/invite.ts";
import { addNotificationRoutes } from "./notifications/routes.ts";
import { withWarnings } from "./people/rules.ts";
import { addPolicyRoutes } from "./policies/routes.ts";
import { MAX_DOCUMENT_BYTES } from "./policies/upload.ts";
import { addProposalRoutes } from "./proposals/routes.ts";
import { addReviewRoutes } from "./reviews/routes.ts";
import { readThresholdHistory } from "./settings/history.ts";
import { readReviewSettings, updateReviewSettings } from "./settings/review.ts";
import { readTenantSettings, updateTenantSettings } from "./settings/tenant.ts";
import { consumeToken } from "./tokens/consume.ts";
import { mintToken } from "./tokens/mint.ts";

/** Bytes of multipart around a document. */
const MULTIPART_OVERHEAD = 64 * 1024;

/** Long polls that one principal has open at once. */
const MAX_POLLS = 64;

/** The clearance API. Every route authenticates, checks its permission, and calls one verb. */
export function createVault(deps: VaultDependencies): Hono<Env> {
  const { tenants, config } = deps;
  const prefix = config.VAULT_PATH_PREFIX ?? "";
  const app = new Hono<Env>({ getPath: routePath(prefix, () => rooms) });
  const authenticate = authenticator(deps);

  const polls = heldOpen(MAX_POLLS);
  const readAddress = callerAddress(config.VAULT_TRUSTED_PROXIES);
  const addressOf = (context: Context<Env>) =>
    readAddress(context.env?.incoming?.socket?.remoteAddress, context.req.header("x-forwarded-for"));

  /** Finds out who calls, spends a token of their bucket, and checks that they may. */
  const admit: Admit = async (context, permission, limit = deps.rateLimit) => {
    const from = addressOf(context);
    const principal = await authenticate({
      apiKey: context.req.header("x-vault-api-key"),
      authorization: context.req.header("authorization"),
      clientId: context.req.header("x-ledgix-client"),
      from,
      runtime: context.req.header("user-agent") ?? "",
    }).catch(async (error: unknown) => {
      if (limit !== null) await spend(`address:${networkOf(from)}`, deps.rateLimit); // guessing keys is limited by address
      throw error;
    });
    if (limit !== null) await spend(`${principal.clientId}/${principalId(principal)}`, limit);
    if (permission !== null) assertMay(principal, permission);
    return principal;
  };

  async function spend(principal: string, limit: VaultDependencies["rateLimit"]): Promise<void> {
    const wait = await limit.take(principal);
    if (wait !== null) throw new ProblemError("rate_limited", `Too many requests. Try again in ${wait} s.`, { retryAfter: wait });
  }

  /** A key that may read its own entries only is confined to them. */
  const ownOnly = (principal: Principal) =>
    principal.kind === "key" && !principal.scopes.includes("ledger:read") ? { principal: principalId(principal) } : {};

  app.use(observeHttp("vault", deps.metrics.registry));
  app.use(async (context, next) => {
    context.set("requestId", crypto.randomUUID());
    context.header("x-request-id", context.var.requestId);
    context.header("cache-control", "no-store");
    await next();
  });
  // PostgreSQL has no room for it, so nothing has such a name.
  app.use(async (context, next) => {
    if (/%00|\0/.test(context.req.path)) throw new ProblemError("not_found", "Nothing has the character U+0000 in its name.");
    await next();
  });
  if (config.VAULT_CORS_ALLOWED_ORIGIN) {
    app.use(
      cors({
        origin: config.VAULT_CORS_ALLOWED_ORIGIN,
        allowHeaders: ["content-type", "x-vault-api-key", "idempotency-key", "if-match", "traceparent", "tracestate"],
        exposeHeaders: ["etag"],
      }),
    );
  }
  addKeylessRoutes(app, deps, addressOf, spend);
  const tooLarge = () => {
    throw new ProblemError("body_too_large", "The body is larger than this endpoint takes.");
  };
  const documentLimit = bodyLimit({ maxSize: MAX_DOCUMENT_BYTES + MULTIPART_OVERHEAD, onError: tooLarge });
  const jsonLimit = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge });
  app.use((context, next) =>
    context.req.path === "/admin/upload-policy" ? documentLimit(context, next) : jsonLimit(context, next),
  );
  app.onError((error, context) => problemResponse(error, context.var.requestId, deps.log));
  app.notFound((context) =>
    problemResponse(new ProblemError("not_found", "There is no such endpoint."), context.var.requestId, deps.log),
  );

  // --- clearance --------------------------------------------------------------------------------------------------------------
  app.post("/request-clearance", async (context) => {
    const principal = await admit(context, "clearance:request");
    const { body, raw } = await readBody(context, clearanceRequest, { keepsNul: true });
    const answer = await requestClearance(deps, principal, body, callOf(context, principal, raw));
    return context.json(clearanceAnswer.parse(answer), answer.status === "processing" ? 202 : 200);
  });
  app.get("/clearance-status/:requestId", async (context) => {
    const principal = await admit(context, "clearance:read", deps.pollingRateLimit);
    const { wait } = readQuery(context, waitQuery);
    const isOldest = new AbortController();
    const leave = wait > 0 ? polls.enter(principal, () => isOldest.abort()) : () => {};
    const over = AbortSignal.any([isOldest.signal, context.req.raw.signal]);
    const answer = await readStatus(deps, principal, context.req.param("requestId"), wait, over).finally(leave);
    return context.json(clearanceAnswer.parse(answer), answer.status === "processing" ? 202 : 200);
  });
  app.post("/mint-token", async (context) => {
    const principal = await admit(context, "token:mint");
    const { body, raw } = await readBody(context, mintRequest, { keepsNul: true });
    const database = await tenants.database(principal.clientId);
    return context.json(await mintToken(deps, database, principal, body, callOf(context, principal, raw)));
  });
  app.post("/consume-token", async (context) => {
    const principal = await admit(context, "token:consume");
    const { body, raw } = await readBody(context, consumeRequest, { keepsNul: true });
    const database = await tenants.database(principal.clientId);
    return context.json(await consumeToken(deps, database, body, callOf(context, principal, raw), principalLabel(principal)));
  });

  addReviewRoutes(app, deps, admit);
  addNotificationRoutes(app, deps, admit);
  addPolicyRoutes(app, deps, admit);
  addProposalRoutes(app, deps, admit);

  // --- settings ---------------------------------------------------------------------------------------------------------------
  app.get("/review-settings", async (context) => {
    const principal = await admit(context, "settings:read");
    const settings = await readReviewSettings(await tenants.database(principal.clientId));
    return versioned(context, await withWarnings(deps, principal.clientId, settings));
  });
  app.get("/review-settings/history", async (context) => {
    const principal = await admit(context, "settings:read");
    const { tool } = readQuery(context, toolQuery);
    return context.json(await readThresholdHistory(await tenants.database(principal.clientId), tool));
  });
  app.put("/review-settings", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, reviewSettingsUpdate);
    const database = await tenants.database(principal.clientId);
    return versioned(context, await updateReviewSettings(deps, database, principal, body, readIfMatch(context)));
  });

  app.get("/tenant-settings", async (context) => {
    const principal = await admit(context, "settings:read");
    return versioned(context, await readTenantSettings(deps, await tenants.database(principal.clientId)));
  });
  app.put("/tenant-settings", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, tenantSettingsUpdate);
    const database = await tenants.database(principal.clientId);
    return versioned(context, await updateTenantSettings(deps, database, principal, body, readIfMatch(context)));
  });
  app.get("/insights", async (context) => {
    const principal = await admit(context, "reviews:read");
    const { days } = readQuery(context, insightsQuery);
    return context.json(await readInsights(await tenants.database(principal.clientId), days));
  });

  // --- ledger -----------------------------------------------------------------------------------------------------------------
  app.get("/ledger", async (context) => {
    const principal = await admit(context, "ledger:read");
    const { view, limit, cursor, order, ...filter } = readQuery(context, ledgerQuery);
    const database = await tenants.database(principal.clientId);
    const page = { limit, cursor: cursor ?? null, order };
    return context.json(await listEntries(database, { ...filter, ...ownOnly(principal) }, page, view));
  });
  app.get("/ledger/encrypted", async (context) => {
    const principal = await admit(context, "ledger:read");
    const { limit, cursor, order, ...filter } = readQuery(context, encryptedQuery);
    const database = await tenants.database(principal.clientId);
    const page = { limit, cursor: cursor ?? null, order };
    return context.json(await listEncrypted(database, { ...filter, ...ownOnly(principal) }, page));
  });
  app.get("/ledger/checkpoint", async (context) => {
    const principal = await admit(context, "ledger:read");
    const database = await tenants.database(principal.clientId);
    const { note, verifierKey } = await readCheckpointNote(deps, database, principal.clientId);
    return context.text(note, 200, { "x-ledgix-verifier-key": verifierKey });
  });
  app.get("/ledger/tile/:level/:path{.+}", async (context) => {
    const principal = await admit(context, "ledger:read", deps.pollingRateLimit);
    const database = await tenants.database(principal.clientId);
    const { level, path } = context.req.param();
    const bytes = level === "entries" ? await readEntryBundle(database, path) : await readTile(database, level, path);
    const headers = { "content-type": "application/octet-stream", "cache-control": "private, max-age=31536000, immutable" };
    return context.body(bytes, 200, headers);
  });
  app.get("/ledger/density", async (context) => {
    const principal = await admit(context, "ledger:read");
    const filter = { ...readQuery(context, densityQuery), ...ownOnly(principal) };
    return context.json(await readDensity(await tenants.database(principal.clientId), filter));
  });
  app.get("/ledger/checkpoints", async (context) => {
    const principal = await admit(context, "ledger:read");
    const { limit, cursor, strict } = readQuery(context, checkpointQuery);
    const database = await tenants.database(principal.clientId);
    return context.json(await listCheckpoints(database, { limit, before: cursor ?? null, isStrict: strict }));
  });
  app.get("/ledger/proof/inclusion", async (context) => {
    const principal = await admit(context, "ledger:read");
    const filter = { ...readQuery(context, bundleQuery), ...ownOnly(principal) };
    const { proof } = await proveInclusion(await tenants.database(principal.clientId), filter, config);
    return context.json(proof);
  });
  app.get("/ledger/proof/consistency", async (context) => {
    const principal = await admit(context, "ledger:read");
    const { from, to } = readQuery(context, consistencyQuery);
    return context.json(await proveConsistency(await tenants.database(principal.clientId), from, to));
  });
  app.get("/ledger/proof/bundle", async (context) => {
    const principal = await admit(context, "ledger:read");
    const filter = { ...readQuery(context, bundleQuery), ...ownOnly(principal) };
    return context.json(await proveBundle(await tenants.database(principal.clientId), filter, config));
  });
  app.post("/ledger/redactions", async (context) => {
    const principal = await admit(context, "ledger:redact");
    const { body } = await readBody(context, redactionRequest);
    return context.json(await redactRequest(deps, await tenants.database(principal.clientId), principal, body));
  });
  app.get("/ledger/verify", async (context) => {
    const principal = await admit(context, "ledger:read");
    return context.json(await verifyLedger(await tenants.database(principal.clientId), deps.keys));
  });

  // --- tenants ----------------------------------------------------------------------------------------------------------------
  app.post("/admin/send-invitation", async (context) => {
    const principal = await admit(context, "members:write");
    const { body } = await readBody(context, sendInvitationRequest);
    return context.json({ sent: await sendInvitation(deps, principal, body.token) });
  });
  app.post("/admin/provision-tenant", async (context) => {
    const principal = await admit(context, "tenant:provision");
    await tenants.provision(principal.clientId);
    return context.json({ client_id: principal.clientId, status: "active" });
  });

  const rooms: ReadonlySet<string> = new Set(app.routes.map(({ path }) => path.split("/")[1] ?? ""));
  if (rooms.has(prefix.split("/")[1] || "none"))
    throw new ConfigError([
      `VAULT_PATH_PREFIX: ${config.VAULT_PATH_PREFIX} begins like a route of Vault's own. Choose another name.`,
    ]);
  return app;
}
