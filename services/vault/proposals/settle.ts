import { type JsonObject, jsonObject } from "@ledgix/contract/json";
import { notificationSettingsUpdate } from "@ledgix/contract/notifications";
import { termsUpdate } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { type Proposal, proposal } from "@ledgix/contract/proposal";
import { reviewSettingsUpdate, tenantSettingsUpdate } from "@ledgix/contract/settings";
import { toolMapping } from "@ledgix/contract/tool";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { may, type Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { parseWith } from "../http/body.ts";
import type { IfMatch } from "../http/if-match.ts";
import { updateNotificationSettings } from "../notifications/settings.ts";
import { confirmMapping } from "../policies/mapping.ts";
import { assertMember } from "../policies/put-in-force.ts";
import { updateTerms } from "../policies/terms.ts";
import { updateReviewSettings } from "../settings/review.ts";
import { updateTenantSettings } from "../settings/tenant.ts";

const row = proposal.extend({ proposed_at: z.date() });
const COLUMNS = Object.keys(row.shape).join(", ");

/** What waits, the oldest first; of settings only what the caller may read. */
export async function listProposals(database: Queryable, principal: Principal): Promise<Proposal[]> {
  const rows = await database.rows(row, `select ${COLUMNS} from proposals order by proposed_at, proposal_id limit 1000`);
  return rows
    .filter(({ kind }) => kind === "mapping" || kind === "terms" || may(principal, "settings:read"))
    .map((each) => ({ ...each, proposed_at: each.proposed_at.toISOString() }));
}

/**
 * Makes a key's proposal the member's own change, by the same way as if they had written it.
 *
 * @param ifMatch the version of the document that the member compared it with
 * @throws {ProblemError} `member_required` · `not_found` · whatever the change itself is refused with
 */
export async function confirmProposal(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  proposalId: string,
  ifMatch: IfMatch,
): Promise<void> {
  assertMember(principal, "confirm a proposal");
  const found = await findProposal(database, proposalId);
  await apply(deps, database, principal, found, ifMatch);
  await database.run("delete from proposals where proposal_id = $1", [proposalId]);
}

async function apply(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  { kind, subject, value }: { kind: Proposal["kind"]; subject: string; value: JsonObject },
  ifMatch: IfMatch,
): Promise<unknown> {
  // Parsed anew: an older Vault may have taken what this one does not.
  const as = <Schema extends z.ZodType>(schema: Schema) => parseWith(schema, value, "invalid_body");
  switch (kind) {
    case "mapping":
      return confirmMapping(deps, database, principal, subject, as(toolMapping), ifMatch);
    case "terms":
      return updateTerms(deps, database, principal, as(termsUpdate), ifMatch);
    case "review_settings":
      return updateReviewSettings(deps, database, principal, as(reviewSettingsUpdate), ifMatch);
    case "notification_settings":
      return updateNotificationSettings(deps, database, principal, as(notificationSettingsUpdate), ifMatch);
    case "tenant_settings":
      return updateTenantSettings(deps, database, principal, as(tenantSettingsUpdate), ifMatch);
  }
}

/** Takes a proposal away. @throws {ProblemError} `member_required` · `not_found` */
export async function discardProposal(
  deps: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  principal: Principal,
  proposalId: string,
): Promise<void> {
  assertMember(principal, "discard a proposal");
  const { kind, subject, proposed_by } = await findProposal(database, proposalId);
  await database.transaction(async (transaction) => {
    await transaction.run("delete from proposals where proposal_id = $1", [proposalId]);
    await audit(deps, principal, "proposal.discarded", subject || kind, { kind, proposed_by });
  });
}

async function findProposal(database: Queryable, proposalId: string) {
  const found = z.uuid().safeParse(proposalId).success
    ? await database.row(
        row.pick({ kind: true, subject: true, proposed_by: true }).extend({ value: jsonObject }),
        "select kind, subject, proposed_by, value from proposals where proposal_id = $1",
        [proposalId],
      )
    : null;
  if (found === null)
    throw new ProblemError("not_found", "This proposal is settled, or its key replaced it. Read what waits anew.");
  return found;
}
