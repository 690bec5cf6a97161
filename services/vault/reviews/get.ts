import { compared, recordedColumns } from "@ledgix/contract/call-record";
import { ProblemError } from "@ledgix/contract/problem";
import type { ReviewCase } from "@ledgix/contract/review";
import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantDatabase, TenantQueryable } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { asMismatched, tellMismatches } from "../clearance/content-match.ts";
import { requestRow, type StoredRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { isAsRecorded } from "../ledger/as-recorded.ts";
import { listStoredEntries, readEntry } from "../ledger/list.ts";
import { readComments } from "./comments.ts";
import { SUMMARY_COLUMNS, summaryRow, toSummary } from "./list.ts";
import { standingOf } from "./standing.ts";

/** `GET /reviews/{request_id}`: the whole case, as this caller may see and decide it. @throws {ProblemError} `not_found` */
export async function readReview(
  deps: Pick<VaultDependencies, "controlPlane" | "now" | "log" | "metrics">,
  database: TenantDatabase,
  principal: Principal,
  requestId: string,
): Promise<ReviewCase> {
  const stored = z.uuid().safeParse(requestId).success
    ? await database.row(
        summaryRow,
        `select ${SUMMARY_COLUMNS} from clearance_requests r where request_id = $1 and paused_at is not null`,
        [requestId],
      )
    : null;
  if (stored === null) throw new ProblemError("not_found", "There is no case of this id.");
  // What was redacted says nothing any more, neither here nor in its event.
  const isHonest = stored.record === "redacted" || (await isAsRecorded(database, stored));
  const request = isHonest ? stored : asMismatched(stored);
  tellMismatches(deps, [request]);
  const { hindrance, votes, passedOver } = await standingOf(deps, database, principal, request);
  return {
    ...toSummary({ ...request, votes: votes.filter(({ dropped_because }) => dropped_because === null).length }),
    review_reason: request.review_reason,
    redacted_by: request.redacted_by,
    confidence_basis: request.confidence_basis,
    requested_by: request.principal_label,
    destination: {
      provider: request.destination_provider,
      uri: request.destination_uri,
      account_ref: request.destination_account_ref,
    },
    purpose: request.purpose,
    data_categories: request.data_categories,
    context: request.context,
    policy_version_id: request.policy_version_id,
    policy_changed: await hasPolicyChanged(database, request),
    citations: request.citations,
    timeline: await readTimeline(database, requestId),
    similar: await similarDecisions(database, request, "true", 5),
    last_approved: (await similarDecisions(database, request, "status = 'approved' and redacted_at is null", 1))[0] ?? null,
    rule: request.review_rule ?? defaultReviewRule,
    passed_over: passedOver,
    votes: votes.map(({ voter_label, voted_at, channel, review_reason, dropped_because }) => ({
      by: voter_label,
      at: voted_at.toISOString(),
      channel,
      reason: review_reason,
      not_counting: dropped_because,
    })),
    comments: await readComments(database, requestId),
    hindrance: hindrance && { code: hindrance.code, detail: hindrance.message },
  };
}

/** Events that one case can have, far more than any has. */
const TIMELINE = { limit: 500, cursor: null, order: "oldest" } as const;

async function readTimeline(database: TenantQueryable, requestId: string): Promise<ReviewCase["timeline"]> {
  const { entries } = await listStoredEntries(database, { request_id: requestId }, TIMELINE);
  return Promise.all(
    entries.map(async (stored) => ({
      event_uuid: stored.event_uuid,
      type: stored.event_type,
      at: stored.accepted_at,
      actor: stored.actor,
      channel: stored.channel,
      reason: (await readEntry(database, stored)).reason,
    })),
  );
}

/** True where a policy that the case was paused under has another version in force by now. */
async function hasPolicyChanged(database: Queryable, request: StoredRequest): Promise<boolean> {
  const cited = [
    ...new Set(
      [...request.citations.map((citation) => citation.policy_version_id), request.policy_version_id].filter((id) => id !== null),
    ),
  ];
  if (cited.length === 0 || request.status !== "pending_review") return false;
  const row = await database.row(
    z.object({ changed: z.boolean() }),
    `select exists (
       select from policy_versions v where v.policy_version_id = any($1::uuid[])
         and not exists (select from policies_in_force f where f.policy_version_id = v.policy_version_id)) as changed`,
    [cited],
  );
  return row?.changed ?? false;
}

const similarRow = requestRow
  .pick({ request_id: true, decided_by_label: true, review_reason: true })
  .extend({ ...recordedColumns, decided_at: z.date() });

async function similarDecisions(
  database: Queryable,
  request: StoredRequest,
  condition: string,
  limit: number,
): Promise<ReviewCase["similar"]> {
  const rows = await database.rows(
    similarRow.transform(compared),
    `select ${Object.keys(similarRow.shape).join(", ")} from clearance_requests
     where tool_name = $1 and decided_at is not null and request_id <> $2 and ${condition} order by decided_at desc limit ${limit}`,
    [request.tool_name, request.request_id],
  );
  return rows
    .filter(({ record }) => record !== "mismatched")
    .map(({ request_id, tool_args, agent_id, status, decided_by_label, decided_at, review_reason }) => ({
      request_id,
      tool_args,
      agent_id,
      status,
      review_reason,
      decided_by: decided_by_label,
      decided_at: decided_at.toISOString(),
    }));
}
