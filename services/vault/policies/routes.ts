import { newBacktest } from "@ledgix/contract/backtest";
import { newConfluenceSource } from "@ledgix/contract/confluence";
import {
  activatePolicyRequest,
  newPolicyCase,
  policyPreview,
  policyTrial,
  registerPolicyRequest,
  rollbackPolicyRequest,
  termsUpdate,
  writePolicyRequest,
} from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { toolMapping } from "@ledgix/contract/tool";
import type { Hono } from "hono";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import type { Admit, Env } from "../http/admit.ts";
import { parseWith, readBody } from "../http/body.ts";
import { etagOf, readIfMatch, versioned } from "../http/if-match.ts";
import { activatePolicy } from "./activate.ts";
import { listBacktests, startBacktest } from "./backtests.ts";
import { addCase, asked, listCases, removeCase, runCases } from "./cases.ts";
import { addSource, listSources, removeSource } from "./confluence/sources.ts";
import { syncSource } from "./confluence/sync.ts";
import { readCoverage } from "./coverage.ts";
import { discardDraft } from "./discard.ts";
import { assertVersion, listPolicies, readPolicy } from "./list.ts";
import { confirmMapping, readMapping, removeMapping } from "./mapping.ts";
import { keptAsDraft, mayPutInForce } from "./put-in-force.ts";
import { readUpload } from "./read-upload.ts";
import { registerPolicy } from "./register.ts";
import { retirePolicy, rollBackPolicy } from "./retire.ts";
import { readTerms, updateTerms } from "./terms.ts";
import { listTools } from "./tools.ts";
import { acceptUpload, listUploads, processUpload } from "./upload.ts";
import { writePolicy } from "./write.ts";

/** Milliseconds that an upload waits for its text before it answers that it is on its way. */
const UPLOAD_WAIT_MS = 2_500;

const casesQuery = z.object({ version: z.uuid().optional() });

/** Policies: their versions, their rules, what is known about tools, and ways to see what a draft would do. */
export function addPolicyRoutes(app: Hono<Env>, deps: VaultDependencies, admit: Admit): void {
  const { tenants } = deps;

  app.post("/register-policy", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, registerPolicyRequest);
    return context.json(await registerPolicy(deps, principal, body));
  });
  app.post("/admin/upload-policy", async (context) => {
    const principal = await admit(context, "policies:write");
    const { file, fields } = await readUpload(context.req);
    const database = await tenants.database(principal.clientId);
    const isDraft = fields.draft || !(await mayPutInForce(database, principal));
    const upload = await acceptUpload(database, principal, file, { ...fields, draft: isDraft });
    const work = processUpload(deps, principal.clientId, upload.upload_id).catch((error: unknown) => {
      deps.log.error("policy.not_read", error, { upload_id: upload.upload_id });
      return null;
    });
    const settled = await Promise.race([work, new Promise<null>((resolve) => setTimeout(resolve, UPLOAD_WAIT_MS, null))]);
    if (settled?.state === "refused") {
      const code =
        settled.reason_code === "empty" || settled.reason_code === "holds_key" ? "invalid_body" : "unsupported_document";
      throw new ProblemError(code, settled.reason ?? "The document cannot be read.");
    }
    if (!settled?.policy_version_id) return context.json({ upload: settled ?? upload }, 202);
    const stored = await readPolicy(database, settled.policy_id, settled.policy_version_id);
    if (principal.kind === "member") return context.json(stored, 201);
    const { policy_id: policyId, policy_version_id: policyVersionId, version, state } = stored;
    const draft = { policyId, policyVersionId, version, isDraft: state === "draft" };
    const message = isDraft ? keptAsDraft(deps, principal.clientId, draft) : `Version ${version} is in force.`;
    return context.json({ ...stored, status: "registered", message }, 201);
  });
  app.get("/policy-uploads", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json({ uploads: await listUploads(await tenants.database(principal.clientId)) });
  });

  app.get("/policies", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json({ policies: await listPolicies(await tenants.database(principal.clientId)) });
  });
  app.post("/policies", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, writePolicyRequest);
    return context.json(await writePolicy(deps, principal, body), 201);
  });
  app.get("/policies/:policyId", async (context) => {
    const principal = await admit(context, "policies:read");
    const database = await tenants.database(principal.clientId);
    return context.json(await readPolicy(database, context.req.param("policyId"), context.req.query("version")));
  });
  app.post("/policies/:policyId/activate", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, activatePolicyRequest);
    const policyId = context.req.param("policyId");
    await activatePolicy(deps, principal, policyId, body);
    return context.json(await readPolicy(await tenants.database(principal.clientId), policyId, body.policy_version_id));
  });
  app.post("/policies/:policyId/retire", async (context) => {
    const principal = await admit(context, "policies:write");
    const policyId = context.req.param("policyId");
    await retirePolicy(deps, principal, policyId);
    return context.json(await readPolicy(await tenants.database(principal.clientId), policyId));
  });
  app.post("/policies/:policyId/rollback", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, rollbackPolicyRequest);
    const policyId = context.req.param("policyId");
    await rollBackPolicy(deps, principal, policyId, body);
    return context.json(await readPolicy(await tenants.database(principal.clientId), policyId));
  });

  app.delete("/policies/:policyId/drafts/:policyVersionId", async (context) => {
    const principal = await admit(context, "policies:write");
    const { policyId, policyVersionId } = context.req.param();
    await discardDraft(deps, principal, policyId, policyVersionId);
    return context.json({ policies: await listPolicies(await tenants.database(principal.clientId)) });
  });

  app.get("/policies/:policyId/cases", async (context) => {
    const principal = await admit(context, "policies:read");
    const policyId = context.req.param("policyId");
    const { version } = parseWith(casesQuery, { version: context.req.query("version") }, "invalid_parameter");
    if (version === undefined)
      return context.json({ cases: await listCases(await tenants.database(principal.clientId), policyId) });
    await assertVersion(await tenants.database(principal.clientId), version, policyId);
    return context.json({ cases: await runCases(deps, principal.clientId, policyId, version) });
  });
  app.post("/policies/:policyId/cases", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, newPolicyCase);
    const database = await tenants.database(principal.clientId);
    await addCase(database, principal, context.req.param("policyId"), body);
    return context.json({ cases: await listCases(database, context.req.param("policyId")) }, 201);
  });
  app.delete("/policies/:policyId/cases/:caseId", async (context) => {
    const principal = await admit(context, "policies:write");
    const database = await tenants.database(principal.clientId);
    await removeCase(database, principal, context.req.param("policyId"), context.req.param("caseId"));
    return context.json({ cases: await listCases(database, context.req.param("policyId")) });
  });

  app.get("/policies/:policyId/backtests", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json({
      backtests: await listBacktests(await tenants.database(principal.clientId), context.req.param("policyId")),
    });
  });
  app.post("/policies/:policyId/backtests", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, newBacktest);
    return context.json(await startBacktest(deps, principal, context.req.param("policyId"), body), 202);
  });

  app.post("/policy-trial", async (context) => {
    const principal = await admit(context, "policies:read");
    const { body } = await readBody(context, policyTrial);
    if (body.policy_version_id) await assertVersion(await tenants.database(principal.clientId), body.policy_version_id);
    const call = { ...body.call, purpose: body.call.purpose ?? undefined };
    return context.json(
      await asked(deps.judge.try({ client_id: principal.clientId, call, policy_version_id: body.policy_version_id })),
    );
  });
  app.post("/policy-preview", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, policyPreview);
    return context.json(await asked(deps.judge.preview({ ...body, client_id: principal.clientId })));
  });
  app.get("/policy-coverage", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json(await readCoverage(await tenants.database(principal.clientId)));
  });
  app.get("/policy-embedding", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json(await asked(deps.judge.embeddingState(principal.clientId)));
  });
  app.get("/policy-terms", async (context) => {
    const principal = await admit(context, "policies:read");
    return versioned(context, await readTerms(await tenants.database(principal.clientId)));
  });
  app.put("/policy-terms", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, termsUpdate);
    const database = await tenants.database(principal.clientId);
    return versioned(context, await updateTerms(deps, database, principal, body, readIfMatch(context)));
  });

  app.get("/confluence", async (context) => {
    const principal = await admit(context, "settings:read");
    return context.json({ sources: await listSources(await tenants.database(principal.clientId)) });
  });
  app.post("/confluence", async (context) => {
    const principal = await admit(context, "settings:write");
    const { body } = await readBody(context, newConfluenceSource);
    const sourceId = await addSource(deps, principal, body);
    void syncSource(deps, principal.clientId, sourceId).catch((error) => deps.log.error("confluence.not_synced", error));
    return context.json({ sources: await listSources(await tenants.database(principal.clientId)) }, 201);
  });
  app.post("/confluence/:sourceId/sync", async (context) => {
    const principal = await admit(context, "settings:write");
    await syncSource(deps, principal.clientId, context.req.param("sourceId"));
    return context.json({ sources: await listSources(await tenants.database(principal.clientId)) });
  });
  app.delete("/confluence/:sourceId", async (context) => {
    const principal = await admit(context, "settings:write");
    await removeSource(deps, principal, context.req.param("sourceId"));
    return context.json({ sources: await listSources(await tenants.database(principal.clientId)) });
  });

  app.get("/tools", async (context) => {
    const principal = await admit(context, "policies:read");
    const database = await tenants.database(principal.clientId);
    return context.json({ tools: await listTools(database, { withExamples: principal.kind === "member" }) });
  });
  app.get("/tools/:tool/mapping", async (context) => {
    const principal = await admit(context, "policies:read");
    return versioned(context, await readMapping(await tenants.database(principal.clientId), context.req.param("tool")));
  });
  app.put("/tools/:tool/mapping", async (context) => {
    const principal = await admit(context, "policies:write");
    const { body } = await readBody(context, toolMapping);
    const database = await tenants.database(principal.clientId);
    const saved = await confirmMapping(deps, database, principal, context.req.param("tool"), body, readIfMatch(context));
    context.header("etag", etagOf(saved));
    return context.json({ tools: await listTools(database, { withExamples: principal.kind === "member" }) });
  });
  app.delete("/tools/:tool/mapping", async (context) => {
    const principal = await admit(context, "policies:write");
    const database = await tenants.database(principal.clientId);
    const saved = await removeMapping(deps, database, principal, context.req.param("tool"), readIfMatch(context));
    context.header("etag", etagOf(saved));
    return context.json({ tools: await listTools(database, { withExamples: principal.kind === "member" }) });
  });
}
