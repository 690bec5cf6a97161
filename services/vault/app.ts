import { clearanceAnswer, clearanceRequest, consumeRequest } from "@ledgix/contract/clearance";
import { sendInvitationRequest } from "@ledgix/contract/member";
import { openApiDocument } from "@ledgix/contract/openapi";
import type { Permission } from "@ledgix/contract/permissions";
import { registerPolicyRequest, uploadPolicyFields } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import {
  absenceUpdate,
  batchDecision,
  newComment,
  newSavedView,
  reviewAssignment,
  reviewDecision,
} from "@ledgix/contract/review";
import { reviewSettingsUpdate } from "@ledgix/contract/settings";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { streamSSE } from "hono/streaming";
import { authenticator } from "./access/authenticate.ts";
import { idempotentCall } from "./access/idempotency.ts";
import { assertMay, type Principal, principalId, principalLabel } from "./access/principal.ts";
import { requestClearance } from "./clearance/request.ts";
import { readStatus } from "./clearance/status.ts";
import type { VaultDependencies } from "./dependencies.ts";
import { MAX_BODY_BYTES, parseWith, readBody, readQuery } from "./http/body.ts";
import { routePath } from "./http/path.ts";
import { problemResponse } from "./http/problem.ts";
import {
  bundleQuery,
  checkpointQuery,
  consistencyQuery,
  ledgerQuery,
  reviewQuery,
  streamQuery,
  toolQuery,
  waitQuery,
} from "./http/queries.ts";
import { listCheckpoints } from "./ledger/checkpoints.ts";
import { listEntries, redact } from "./ledger/list.ts";
import { proveBundle, proveConsistency, proveInclusion } from "./ledger/prove.ts";
import { verifyLedger } from "./ledger/verify.ts";
import { sendInvitation } from "./notifications/invite.ts";
import { indexPolicyVersions } from "./policies/index-versions.ts";
import { listPolicies, readPolicy } from "./policies/list.ts";
import { registerPolicy } from "./policies/register.ts";
import { storePolicyVersion } from "./policies/store.ts";
import { MAX_DOCUMENT_BYTES, policyIdOf, readDocument } from "./policies/upload.ts";
import { listAbsences, setAbsence } from "./reviews/absences.ts";
import { assignReview } from "./reviews/assign.ts";
import { addComment } from "./reviews/comments.ts";
import { decideReview, decideReviews } from "./reviews/decide.ts";
import { readReview } from "./reviews/get.ts";
import { listReviews } from "./reviews/list.ts";
import { followReviews } from "./reviews/stream.ts";
import { deleteView, listViews, saveView } from "./reviews/views.ts";
import { readThresholdHistory } from "./settings/history.ts";
import { readReviewSettings, updateReviewSettings } from "./settings/review.ts";
import { consumeToken } from "./tokens/consume.ts";

type Env = { Variables: { requestId: string }; Bindings: { incoming?: { socket?: { remoteAddress?: string } } } };

const HEARTBEAT_MS = 15_000;
/** Bytes of multipart around a document. */
const MULTIPART_OVERHEAD = 64 * 1024;

/** The clearance API. Every route authenticates, checks its permission, and calls one verb. */
export function createVault(deps: VaultDependencies): Hono<Env> {
  const app = new Hono<Env>({ getPath: routePath });
  const authenticate = authenticator(deps);
  const { tenants, config } = deps;

  /** Finds out who calls, spends a token of their bucket, and checks that they may. */
  async function admit(context: Context<Env>, permission: Permission | null, limit = deps.rateLimit): Promise<Principal> {
    const from = context.env?.incoming?.socket?.remoteAddress ?? "";
    const principal = await authenticate({
      apiKey: context.req.header("x-vault-api-key"),
      authorization: context.req.header("authorization"),
      clientId: context.req.header("x-ledgix-client"),
      from,
      runtime: context.req.header("user-agent") ?? "",
    }).catch(async (error: unknown) => {
      await spend(`address:${from}`, deps.rateLimit); // guessing keys is limited by address
      throw error;
    });
    await spend(`${principal.clientId}/${principalId(principal)}`, limit);
    if (permission !== null) assertMay(principal, permission);
    return principal;
  }

  async function spend(principal: string, limit: VaultDependencies["rateLimit"]): Promise<void> {
    const wait = await limit.take(principal);
    if (wait !== null) throw new ProblemError("rate_limited", `Too many requests. Try again in ${wait} s.`, { retryAfter: wait });
  }

  const callOf = (context: Context<Env>, principal: Principal, body: Parameters<typeof idempotentCall>[3]) =>
    idempotentCall(principalId(principal), context.req.header("idempotency-key"), context.req.path, body);

  /** A key that may read its own entries only is confined to them. */
  const ownOnly = (principal: Principal) =>
    principal.kind === "key" && !principal.scopes.includes("ledger:read") ? { principal: principalId(principal) } : {};

  app.use(async (context, next) => {
    context.set("requestId", crypto.randomUUID());
    context.header("x-request-id", context.var.requestId);
    context.header("cache-control", "no-store");
    await next();
  });
  if (config.VAULT_CORS_ALLOWED_ORIGIN) {
    app.use(
      cors({
        origin: config.VAULT_CORS_ALLOWED_ORIGIN,
        allowHeaders: ["content-type", "x-vault-api-key", "idempotency-key", "traceparent", "tracestate"],
      }),
    );
  }
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

  // --- public -----------------------------------------------------------------------------------------------------------------
  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/ready", async (context) => {
    const isReady = await deps.controlPlane.run("select 1").then(
      () => true,
      () => false,
    );
    return context.json({ status: isReady ? "ready" : "not_ready" }, isReady ? 200 : 503);
  });
  app.get("/.well-known/jwks.json", (context) => context.json({ keys: [deps.signer.publicJwk] }));
  app.get("/openapi.json", (context) => context.json(openApiDocument()));

  // --- clearance --------------------------------------------------------------------------------------------------------------
  app.post("/request-clearance", async (context) => {
    const principal = await admit(context, "clearance:request");
    const { body, raw } = await readBody(context, clearanceRequest);
    const answer = await requestClearance(deps, principal, body, callOf(context, principal, raw));
    return context.json(clearanceAnswer.parse(answer), answer.status === "processing" ? 202 : 200);
  });
  app.get("/clearance-status/:requestId", async (context) => {
    const principal = await admit(context, "clearance:read", deps.pollingRateLimit);
    const { wait } = readQuery(context, waitQuery);
    const answer = await readStatus(deps, principal, context.req.param("requestId"), wait);
    return context.json(clearanceAnswer.parse(answer), answer.status === "processing" ? 202 : 200);
  });
  app.post("/consume-token", async (context) => {
    const principal = await admit(context, "token:consume");
    const { body, raw } = await readBody(context, consumeRequest);
    const database = await tenants.database(principal.clientId);
    return context.json(await consumeToken(deps, database, body, callOf(context, principal, raw), principalLabel(principal)));
  });

  // --- reviews ----------------------------------------------------------------------------------------------------------------
  app.get("/reviews", async (context) => {
    const principal = await admit(context, "reviews:read");
    const database = await tenants.database(principal.clientId);
    return context.json(await listReviews(database, readQuery(context, reviewQuery), principalLabel(principal).toLowerCase()));
  });
  app.get("/reviews/stream", async (context) => {
    const principal = await admit(context, "reviews:read");
    const database = await tenants.database(principal.clientId);
    const { last_event_id } = parseWith(streamQuery, { last_event_id: context.req.header("last-event-id") }, "invalid_parameter");
    return streamSSE(context, async (stream) => {
      const closed = new Promise<void>((resolve) => stream.onAbort(resolve));
      await stream.write(": open\n\n");
      const stop = await followReviews(database, last_event_id, ({ id, event }) =>
        stream.writeSSE({ id, event: event.type, data: JSON.stringify(event) }),
      );
      const heartbeat = setInterval(() => void stream.write(": still here\n\n"), HEARTBEAT_MS);
      await closed;
      clearInterval(heartbeat);
      await stop();
    });
  });
  app.get("/reviews/:requestId", async (context) => {
    const principal = await admit(context, "reviews:read");
    const database = await tenants.database(principal.clientId);
    return context.json(await readReview(deps, database, principal, context.req.param("requestId")));
  });
  app.post("/reviews/:requestId/decision", async (context) => {
    // Permission is checked with the case at hand: a client may cancel its own request without being a reviewer.
    const principal = await admit(context, null);
    const { body, raw } = await readBody(context, reviewDecision);
    const database = await tenants.database(principal.clientId);
    const requestId = context.req.param("requestId");
    const decided = await decideReview(deps, database, principal, requestId, body, callOf(context, principal, raw));
    // The token goes to the application that asked; a reviewer reads the case.
    return context.json(
      decided.is_cancel
        ? await readStatus(deps, principal, requestId, 0)
        : await readReview(deps, database, principal, requestId),
    );
  });

  app.post("/reviews/decisions", async (context) => {
    const principal = await admit(context, "reviews:decide");
    const { body } = await readBody(context, batchDecision);
    return context.json(await decideReviews(deps, await tenants.database(principal.clientId), principal, body));
  });
  app.put("/reviews/:requestId/assignment", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, reviewAssignment);
    const database = await tenants.database(principal.clientId);
    await assignReview(deps, database, principal.clientId, context.req.param("requestId"), body.assignee);
    return context.json(await readReview(deps, database, principal, context.req.param("requestId")));
  });
  app.post("/reviews/:requestId/comments", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, newComment);
    const database = await tenants.database(principal.clientId);
    await addComment(deps, database, principal, context.req.param("requestId"), body.text);
    return context.json(await readReview(deps, database, principal, context.req.param("requestId")), 201);
  });
  app.get("/review-views", async (context) => {
    const principal = await admit(context, "reviews:read");
    return context.json(await listViews(await tenants.database(principal.clientId), principal));
  });
  app.post("/review-views", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, newSavedView);
    const database = await tenants.database(principal.clientId);
    await saveView(database, principal, body);
    return context.json(await listViews(database, principal), 201);
  });
  app.delete("/review-views/:viewId", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const database = await tenants.database(principal.clientId);
    await deleteView(database, principal, context.req.param("viewId"));
    return context.json(await listViews(database, principal));
  });
  app.get("/absence", async (context) => {
    const principal = await admit(context, "reviews:read");
    return context.json({ absences: await listAbsences(await tenants.database(principal.clientId)) });
  });
  app.put("/absence", async (context) => {
    const principal = await admit(context, "reviews:collaborate");
    const { body } = await readBody(context, absenceUpdate);
    const database = await tenants.database(principal.clientId);
    return context.json({ absences: await setAbsence(database, principalLabel(principal).toLowerCase(), body.absence) });
  });

  // --- policies ---------------------------------------------------------------------------------------------------------------
  app.post("/register-policy", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, registerPolicyRequest);
    return context.json(await registerPolicy(deps, principal, body));
  });
  app.post("/admin/upload-policy", async (context) => {
    const principal = await admit(context, "policies:write");
    const { file, ...form } = await context.req.parseBody();
    if (!(file instanceof File)) throw new ProblemError("invalid_body", "Send the document as `file` in multipart/form-data.");
    const fields = parseWith(uploadPolicyFields, form, "invalid_body");
    const document = await readDocument(file);
    const policyId = fields.policyId ?? policyIdOf(fields.documentName);
    const database = await tenants.database(principal.clientId);
    await storePolicyVersion(database, {
      policyId,
      title: fields.documentName,
      description: "",
      source: "upload",
      ...document,
      tools: fields.tools,
      rules: [],
      createdBy: principalLabel(principal),
    });
    void indexPolicyVersions(deps, principal.clientId).catch((error) => deps.log.error("policy.not_indexed", error));
    return context.json(await readPolicy(database, policyId), 201);
  });
  app.get("/policies", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json({ policies: await listPolicies(await tenants.database(principal.clientId)) });
  });
  app.get("/policies/:policyId", async (context) => {
    const principal = await admit(context, "policies:read");
    const database = await tenants.database(principal.clientId);
    return context.json(await readPolicy(database, context.req.param("policyId"), context.req.query("version")));
  });

  // --- settings ---------------------------------------------------------------------------------------------------------------
  app.get("/review-settings", async (context) => {
    const principal = await admit(context, "settings:read");
    return context.json(await readReviewSettings(await tenants.database(principal.clientId)));
  });
  app.get("/review-settings/history", async (context) => {
    const principal = await admit(context, "settings:read");
    const { tool } = readQuery(context, toolQuery);
    return context.json(await readThresholdHistory(await tenants.database(principal.clientId), tool));
  });
  app.put("/review-settings", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, reviewSettingsUpdate);
    return context.json(await updateReviewSettings(deps, await tenants.database(principal.clientId), principal, body));
  });

  // --- ledger -----------------------------------------------------------------------------------------------------------------
  app.get("/ledger", async (context) => {
    const principal = await admit(context, "ledger:read");
    const { view, limit, cursor, ...filter } = readQuery(context, ledgerQuery);
    const database = await tenants.database(principal.clientId);
    const page = await listEntries(database, { ...filter, ...ownOnly(principal) }, { limit, before: cursor ?? null });
    return context.json(view === "full" ? page : { ...page, entries: page.entries.map(redact) });
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
  app.get("/ledger/verify", async (context) => {
    const principal = await admit(context, "ledger:read");
    return context.json(await verifyLedger(await tenants.database(principal.clientId), deps.signer));
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

  return app;
}
