import { z } from "zod";
import { backtest, backtestList, newBacktest } from "./backtest.ts";
import { clearanceAnswer, clearanceRequest, consumeAnswer, consumeRequest, mintAnswer, mintRequest } from "./clearance.ts";
import { confluenceSources, newConfluenceSource } from "./confluence.ts";
import { insights } from "./insights.ts";
import { embeddingState, previewAnswer, tryAnswer } from "./judge.ts";
import {
  checkpointList,
  consistencyProof,
  encryptedPage,
  inclusionProof,
  ledgerDensity,
  ledgerPage,
  ledgerVerification,
  proofBundle,
  redaction,
  redactionRequest,
} from "./ledger.ts";
import { sendInvitationAnswer, sendInvitationRequest } from "./member.ts";
import {
  deliveryList,
  newWebhook,
  notificationSettings,
  notificationSettingsUpdate,
  reinstatement,
  routePreview,
  routeTestResult,
  routeTrial,
  slackAuthorize,
  slackCode,
  slackState,
  slackTargets,
  unsubscribe,
  unsubscribed,
  webhook,
  webhookList,
  webhookRotation,
  webhookSecret,
  webhookUpdate,
} from "./notifications.ts";
import {
  activatePolicyRequest,
  caseList,
  newPolicyCase,
  policyDocument,
  policyList,
  policyPreview,
  policyTerms,
  policyTrial,
  policyUploads,
  registerPolicyAnswer,
  registerPolicyRequest,
  rollbackPolicyRequest,
  termsUpdate,
  writePolicyRequest,
} from "./policy.ts";
import { problem } from "./problem.ts";
import { proposalList } from "./proposal.ts";
import {
  absences,
  absenceUpdate,
  batchDecision,
  batchResult,
  newComment,
  newSavedView,
  reviewAssignment,
  reviewCase,
  reviewDecision,
  reviewFilterNames,
  reviewList,
  savedViews,
} from "./review.ts";
import { reviewSettingsUpdate, shownReviewSettings, tenantSettings, tenantSettingsUpdate, thresholdHistory } from "./settings.ts";
import { settingsChanged } from "./settings-changes.ts";
import { confirmedMapping, observedTools, policyCoverage, toolMapping } from "./tool.ts";

/** `also` is a second status with the same answer, such as 202 while a clearance is being judged. */
type Operation = {
  summary: string;
  body?: z.ZodType;
  answer?: z.ZodType;
  query?: string[];
  isPublic?: boolean;
  status?: string;
  also?: string;
  /** The answer has an `ETag`; whoever changes it may send it back as `If-Match`. */
  isVersioned?: boolean;
};

const requestId = "request_id";
const ledgerFilters = [
  "from",
  "to",
  "tool",
  "agent",
  "policy",
  "version",
  "decision",
  "asked_by",
  "reviewer",
  "channel",
  requestId,
];
/** Every endpoint of Vault with its schemas: the document is made from what the service parses with. */
const operations: Record<string, Record<string, Operation>> = {
  "/health": { get: { summary: "The process is up", isPublic: true } },
  "/ready": { get: { summary: "The control plane can be reached, and this Vault is not ending", isPublic: true, also: "503" } },
  "/.well-known/jwks.json": { get: { summary: "Public keys of A-JWTs, receipts and checkpoints", isPublic: true } },
  "/request-clearance": {
    post: { summary: "Ask for clearance of a tool call", body: clearanceRequest, answer: clearanceAnswer, also: "202" },
  },
  "/clearance-status/{request_id}": {
    get: {
      summary: "Read a clearance; `wait` holds the answer until it changes",
      answer: clearanceAnswer,
      query: ["wait"],
      also: "202",
    },
  },
  "/mint-token": {
    post: { summary: "A token for an identical action that was approved", body: mintRequest, answer: mintAnswer },
  },
  "/consume-token": { post: { summary: "Verify an A-JWT and burn it", body: consumeRequest, answer: consumeAnswer } },
  "/reviews": {
    get: {
      summary: "List paused requests, newest first",
      answer: reviewList,
      query: [...reviewFilterNames, "cursor", "limit"],
    },
  },
  "/reviews/stream": { get: { summary: "Follow reviews as server-sent events" } },
  "/reviews/{request_id}": { get: { summary: "Read a case", answer: reviewCase } },
  "/reviews/{request_id}/decision": {
    post: { summary: "Approve or deny a paused request", body: reviewDecision, answer: reviewCase },
  },
  "/reviews/decisions": { post: { summary: "Decide several cases alike", body: batchDecision, answer: batchResult } },
  "/reviews/{request_id}/assignment": {
    put: { summary: "Give a case to a member, or back to everybody", body: reviewAssignment, answer: reviewCase },
  },
  "/reviews/{request_id}/comments": {
    post: { summary: "Comment on a case", body: newComment, answer: reviewCase, status: "201" },
  },
  "/review-views": {
    get: { summary: "List saved views of the queue", answer: savedViews },
    post: { summary: "Save a view of the queue", body: newSavedView, answer: savedViews, status: "201" },
  },
  "/review-views/{view_id}": { delete: { summary: "Delete an own saved view", answer: savedViews } },
  "/absence": {
    get: { summary: "List who is out of office", answer: absences },
    put: { summary: "Set or end the caller's own absence", body: absenceUpdate, answer: absences },
  },
  "/admin/send-invitation": {
    post: { summary: "Mail an invitation to its address", body: sendInvitationRequest, answer: sendInvitationAnswer },
  },
  "/register-policy": { post: { summary: "Store a policy of rules", body: registerPolicyRequest, answer: registerPolicyAnswer } },
  "/admin/upload-policy": {
    post: {
      summary:
        "Upload a policy document (multipart: file, documentName, policyId, tools, categories, note, draft). A long one is answered by 202 with its upload while it is on its way",
      answer: policyDocument,
      status: "201",
    },
  },
  "/policies": {
    get: { summary: "List the policies, each by its version in force", answer: policyList },
    post: { summary: "Keep a version as a draft", body: writePolicyRequest, answer: policyDocument, status: "201" },
  },
  "/policies/{policy_id}": { get: { summary: "Read a policy", answer: policyDocument, query: ["version"] } },
  "/policies/{policy_id}/activate": {
    post: { summary: "Put a draft in force, unless it fails a test case", body: activatePolicyRequest, answer: policyDocument },
  },
  "/policies/{policy_id}/retire": { post: { summary: "Take a policy out of force", answer: policyDocument } },
  "/policies/{policy_id}/rollback": {
    post: { summary: "An older version's content as a new version", body: rollbackPolicyRequest, answer: policyDocument },
  },
  "/policies/{policy_id}/drafts/{policy_version_id}": { delete: { summary: "Discard a draft", answer: policyList } },
  "/policies/{policy_id}/cases": {
    get: { summary: "List test cases; with a version, run them", answer: caseList, query: ["version"] },
    post: { summary: "Keep a test case", body: newPolicyCase, answer: caseList, status: "201" },
  },
  "/policies/{policy_id}/cases/{case_id}": { delete: { summary: "Remove a test case", answer: caseList } },
  "/policies/{policy_id}/backtests": {
    get: { summary: "List backtests, newest first", answer: backtestList },
    post: { summary: "Hold a version against past requests", body: newBacktest, answer: backtest, status: "202" },
  },
  "/policy-uploads": { get: { summary: "Documents on their way, and the newest that arrived", answer: policyUploads } },
  "/policy-trial": { post: { summary: "Judge a call, for nothing", body: policyTrial, answer: tryAnswer } },
  "/policy-preview": {
    post: { summary: "Read rules that are being written", body: policyPreview, answer: previewAnswer },
  },
  "/policy-coverage": { get: { summary: "How policies meet the tools that agents call", answer: policyCoverage } },
  "/policy-embedding": { get: { summary: "Which embedding model serves", answer: embeddingState } },
  "/policy-terms": {
    get: { summary: "Read the tenant's own words for rules", answer: policyTerms, isVersioned: true },
    put: { summary: "Replace the tenant's own words for rules", body: termsUpdate, answer: policyTerms, isVersioned: true },
  },
  "/proposals": { get: { summary: "What keys proposed and no member settled", answer: proposalList } },
  "/proposals/{proposal_id}/confirm": {
    post: { summary: "Make a proposal the caller's own change", answer: proposalList },
  },
  "/proposals/{proposal_id}": { delete: { summary: "Discard a proposal", answer: proposalList } },
  "/confluence": {
    get: { summary: "List the Confluence sources", answer: confluenceSources },
    post: { summary: "Add a space or a page tree", body: newConfluenceSource, answer: confluenceSources, status: "201" },
  },
  "/confluence/{source_id}/sync": { post: { summary: "Read what changed, now", answer: confluenceSources } },
  "/confluence/{source_id}": { delete: { summary: "Stop reading a source and forget its token", answer: confluenceSources } },
  "/tools": { get: { summary: "Tools, their arguments and what they mean", answer: observedTools } },
  "/tools/{tool}/mapping": {
    get: { summary: "Read what a tool's arguments mean", answer: confirmedMapping, isVersioned: true },
    put: { summary: "Confirm what a tool's arguments mean", body: toolMapping, answer: observedTools, isVersioned: true },
    delete: { summary: "Forget what a tool's arguments mean", answer: observedTools, isVersioned: true },
  },
  "/review-settings": {
    get: { summary: "Read the review settings", answer: shownReviewSettings, isVersioned: true },
    put: { summary: "Change the review settings", body: reviewSettingsUpdate, answer: shownReviewSettings, isVersioned: true },
  },
  "/review-settings/history": {
    get: { summary: "What a threshold would have passed or paused", answer: thresholdHistory, query: ["tool"] },
  },
  "/notification-settings": {
    get: { summary: "Read who is told of what, and what keeps them from it", answer: notificationSettings, isVersioned: true },
    put: {
      summary: "Change who is told of what",
      body: notificationSettingsUpdate,
      answer: notificationSettings,
      isVersioned: true,
    },
  },
  "/notification-settings/preview": {
    post: { summary: "How a route's message would look", body: routeTrial, answer: routePreview },
  },
  "/notification-settings/test": {
    post: { summary: "Send a test to each receiver of a route", body: routeTrial, answer: routeTestResult },
  },
  "/notification-settings/reinstate": {
    post: { summary: "Take up an address again that had bounced", body: reinstatement, answer: notificationSettings },
  },
  "/unsubscribe": {
    post: {
      summary: "End the mail that is not essential to an address",
      body: unsubscribe,
      answer: unsubscribed,
      isPublic: true,
    },
  },
  "/deliveries": {
    get: {
      summary: "List who was told of what, newest first",
      answer: deliveryList,
      query: ["status", "channel", "target", requestId, "cursor", "limit"],
    },
  },
  "/deliveries/{delivery_id}/resend": { post: { summary: "Send a delivery again" } },
  "/webhooks": {
    get: { summary: "List webhooks", answer: webhookList },
    post: { summary: "Add a webhook; its secret is shown this once", body: newWebhook, answer: webhookSecret, status: "201" },
  },
  "/webhooks/{webhook_id}": {
    put: { summary: "Switch a webhook on or off", body: webhookUpdate, answer: webhook },
    delete: { summary: "Delete a webhook", answer: webhookList },
  },
  "/webhooks/{webhook_id}/rotate": {
    post: { summary: "Give a webhook a new secret; shown this once", body: webhookRotation, answer: webhookSecret },
  },
  "/slack": { get: { summary: "Read how the tenant is connected to Slack", answer: slackState } },
  "/slack/authorize": { post: { summary: "Where a person agrees to connect or to be linked", body: slackAuthorize } },
  "/slack/install": {
    post: { summary: "End an installation by OAuth", body: slackCode, answer: slackState },
    delete: { summary: "Disconnect Slack", answer: slackState },
  },
  "/slack/targets": { get: { summary: "Find channels and people", answer: slackTargets, query: ["q"] } },
  "/slack/link": {
    post: { summary: "Link the caller's Slack identity", body: slackCode, answer: slackState },
    delete: { summary: "Unlink the caller's Slack identity", answer: slackState },
  },
  "/slack/interactions": { post: { summary: "Buttons and modals of Slack, signed by Slack", isPublic: true } },
  "/tenant-settings": {
    get: { summary: "Read the environment and the retention", answer: tenantSettings, isVersioned: true },
    put: { summary: "Change the retention", body: tenantSettingsUpdate, answer: tenantSettings, isVersioned: true },
  },
  "/insights": {
    get: { summary: "What was asked, what passed, who decided and how fast", answer: insights, query: ["days"] },
  },
  "/ledger": {
    get: {
      summary: "List ledger entries, newest first; redacted unless view=full",
      answer: ledgerPage,
      query: ["limit", "cursor", "order", ...ledgerFilters, "view"],
    },
  },
  "/ledger/encrypted": {
    get: {
      summary: "List ledger entries with their content as it is stored",
      answer: encryptedPage,
      query: ["limit", "cursor", "order", ...ledgerFilters],
    },
  },
  "/ledger/checkpoint": { get: { summary: "The newest checkpoint as a signed note (C2SP tlog-checkpoint)" } },
  "/ledger/tile/{level}/{tile}": {
    get: { summary: "Hashes of a tile of the tree, or with the level `entries` event hashes (C2SP tlog-tiles)" },
  },
  "/ledger/density": {
    get: { summary: "Count ledger entries over time", answer: ledgerDensity, query: ledgerFilters },
  },
  "/ledger/checkpoints": {
    get: { summary: "List checkpoints, newest first", answer: checkpointList, query: ["limit", "cursor", "strict"] },
  },
  "/ledger/proof/inclusion": {
    get: { summary: "Prove that an event is in the log", answer: inclusionProof, query: [requestId, "event_uuid"] },
  },
  "/ledger/proof/consistency": {
    get: { summary: "Prove that one checkpoint extends another", answer: consistencyProof, query: ["from", "to"] },
  },
  "/ledger/proof/bundle": {
    get: { summary: "Everything to verify an event offline", answer: proofBundle, query: [requestId, "event_uuid"] },
  },
  "/ledger/redactions": {
    post: { summary: "Destroy what a settled request said; its proofs stay", body: redactionRequest, answer: redaction },
  },
  "/ledger/verify": { get: { summary: "Check the recent log where it is stored", answer: ledgerVerification } },
  "/admin/provision-tenant": { post: { summary: "Make the tenant's database and secret" } },
};

const ifMatch = {
  name: "If-Match",
  in: "header",
  required: false,
  description:
    "The ETag that was read. The change is refused where others changed something since; without it, it is not compared",
  schema: { type: "string" },
};
const changedMeanwhile = {
  description: "Others changed it since: who, what, and what holds now",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/SettingsChanged" } } },
};

/** The OpenAPI 3.1 document of Vault. */
export function openApiDocument(): Record<string, unknown> {
  const paths = Object.entries(operations).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [method, describeOperation(path, method, operation)]),
    ),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "Ledgix Vault", version: "0.1.0", description: "Clearance for the sensitive actions of AI agents." },
    components: {
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "X-Vault-API-Key" },
        member: { type: "http", scheme: "bearer", description: "A member's access token, with X-Ledgix-Client." },
      },
      schemas: { Problem: jsonSchema(problem, "output"), SettingsChanged: jsonSchema(settingsChanged, "output") },
    },
    paths: Object.fromEntries(paths),
  };
}

function describeOperation(
  path: string,
  method: string,
  { summary, body, answer, query = [], isPublic = false, status = "200", also, isVersioned = false }: Operation,
) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = query.map((name) => ({ name, in: "query", required: false, schema: { type: "string" } }));
  const takesVersion = isVersioned && method !== "get";
  const described = {
    description: "The answer",
    ...(isVersioned && { headers: { ETag: { description: "The version", schema: { type: "string" } } } }),
    ...(answer && { content: { "application/json": { schema: jsonSchema(answer, "output") } } }),
  };
  return {
    summary,
    parameters: [...inPath, ...inQuery, ...(takesVersion ? [ifMatch] : [])],
    security: isPublic ? [] : [{ apiKey: [] }, { member: [] }],
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(body, "input") } } } }),
    responses: {
      [status]: described,
      ...(also && { [also]: described }),
      ...(takesVersion && { "412": changedMeanwhile }),
      default: {
        description: "A problem",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output") {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
