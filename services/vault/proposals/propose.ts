import { hashCanonicalJson } from "@ledgix/contract/canonical-json";
import { jsonObject } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import type { ProposalKind } from "@ledgix/contract/proposal";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueue } from "../outbox/enqueue.ts";

/** Proposals of one key that may wait. */
const MAX_WAITING = 200;

type Proposed = { kind: ProposalKind; subject?: string; value: object };

/** Where a member confirms it, and what it is to them. */
const pages: Record<ProposalKind, [path: string, what: (subject: string) => string]> = {
  mapping: ["/policies/tools", (tool) => `what the arguments of ${tool} mean`],
  terms: ["/policies/tools", () => "terms for rules"],
  review_settings: ["/settings/rules", () => "a change of the review settings"],
  notification_settings: ["/settings/notifications", () => "a change of who is told"],
  tenant_settings: ["/settings/tenant", () => "a change of the tenant's settings"],
};

/**
 * Keeps what a key wrote for a member to confirm, in the place of what it proposed before. Members are told, where it says something new.
 *
 * @throws {ProblemError} `too_many_waiting`
 */
export async function propose(
  deps: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  principal: Principal,
  { kind, subject = "", value }: Proposed,
): Promise<void> {
  const json = JSON.stringify(value);
  await database.transaction(async (transaction) => {
    const author = principalId(principal);
    // Two writes of one key at once: the later one takes the place of the earlier one.
    await transaction.run("select pg_advisory_xact_lock(hashtext('proposals'), hashtext($1))", [author]);
    const before = await transaction.row(
      z.object({ value: jsonObject }),
      "select value from proposals where kind = $1 and subject = $2 and proposed_by_id = $3",
      [kind, subject, author],
    );
    if (before !== null && hashCanonicalJson(before.value) === hashCanonicalJson(jsonObject.parse(JSON.parse(json)))) return;
    if (before === null) await assertRoomFor(transaction, principal);
    await transaction.run(
      `insert into proposals (proposal_id, kind, subject, value, proposed_by, proposed_by_id) values ($1, $2, $3, $4::json, $5, $6)
       on conflict (kind, subject, proposed_by_id) do update set proposal_id = excluded.proposal_id, value = excluded.value,
         proposed_at = now(), proposed_by = excluded.proposed_by`,
      [crypto.randomUUID(), kind, subject, json, principalLabel(principal), author],
    );
    const [path, what] = pages[kind];
    await enqueue(transaction, "policy.proposed", { what: what(subject), path, by: principalLabel(principal) }, null);
    await audit(deps, principal, "proposal.made", subject || kind, { kind });
  });
}

async function assertRoomFor(transaction: Queryable, principal: Principal): Promise<void> {
  const row = await transaction.row(
    z.object({ waiting: z.coerce.number() }),
    "select count(*) as waiting from proposals where proposed_by_id = $1",
    [principalId(principal)],
  );
  if ((row?.waiting ?? 0) >= MAX_WAITING)
    throw new ProblemError(
      "too_many_waiting",
      `${MAX_WAITING} proposals of the key ${principalLabel(principal)} wait for a member. Have them confirmed or discarded first.`,
    );
}
