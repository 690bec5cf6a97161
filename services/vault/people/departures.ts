import { defaultReviewRule } from "@ledgix/contract/review-rules";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { standInsOf } from "../reviews/absences.ts";
import { readBench } from "../reviews/hindrance.ts";
import { keepWeights, readVotes, weighVotes } from "../reviews/vote.ts";
import { plainAddress } from "./address.ts";
import { decidersIn, type Person, readPeople } from "./directory.ts";
import { onDuty } from "./on-duty.ts";

type Deps = Pick<VaultDependencies, "controlPlane" | "now">;

/** Cases that one round passes on at most; the next goes on. */
const BATCH = 100;

/**
 * Ends what members who left, or whose role decides no more, leave behind: their absences, whom they stand in for, their cases, which go to
 * whoever is on duty, their approvals and their Slack identities. Each is checked as well when it is used, so a round that is late lets
 * nobody in.
 *
 * @throws {ProblemError} `control_plane_unavailable`
 */
export async function endDuties(deps: Deps, clientId: string, database: Database): Promise<void> {
  const people = await readPeople(deps, clientId);
  const deciders = decidersIn(people);
  await endAbsences(database, deciders);
  await passCasesOn(deps, database, people, deciders);
  await weighWaiting(deps, clientId, database);
  await database.run("update slack_identities set ended_at = now() where ended_at is null and not user_id = any($1::uuid[])", [
    people.map(({ userId }) => userId),
  ]);
}

async function endAbsences(database: Queryable, deciders: ReadonlySet<string>): Promise<void> {
  const rows = await database.rows(
    z.object({ member: z.string(), delegate: z.string().nullable() }),
    "select member, delegate from absences",
  );
  for (const { member, delegate } of rows) {
    if (!deciders.has(plainAddress(member))) await database.run("delete from absences where member = $1", [member]);
    else if (delegate !== null && !deciders.has(plainAddress(delegate)))
      await database.run("update absences set delegate = null where member = $1 and delegate = $2", [member, delegate]);
  }
}

async function passCasesOn(
  deps: Deps,
  database: Database,
  people: readonly Person[],
  deciders: ReadonlySet<string>,
): Promise<void> {
  const assignees = await database.rows(
    z.object({ assignee: z.string() }),
    "select distinct assignee from clearance_requests where status = 'pending_review' and assignee is not null",
  );
  const gone = assignees.map(({ assignee }) => assignee).filter((assignee) => !deciders.has(plainAddress(assignee)));
  if (gone.length === 0) return;
  await database.transaction(async (transaction) => {
    const standIns = await standInsOf(transaction, deps.now());
    const cases = await transaction.rows(
      storedRequest,
      `select ${REQUEST_COLUMNS} from clearance_requests where status = 'pending_review' and assignee = any($1::text[])
       order by paused_at limit ${BATCH} for update skip locked`,
      [gone],
    );
    for (const request of cases)
      await passOn(transaction, request, onDuty(request.review_rule ?? defaultReviewRule, standIns, people));
  });
}

async function passOn(
  transaction: Queryable,
  { request_id, status, assignee }: StoredRequest,
  next: string | null,
): Promise<void> {
  await transaction.run("update clearance_requests set assignee = $2 where request_id = $1", [request_id, next]);
  await enqueueReviewEvent(transaction, "review.updated", request_id, status);
  if (next !== null) await enqueueReviewEvent(transaction, "review.assigned", request_id, status, { from: assignee });
}

/** Lists and messages tell approvals as they were weighed last; a decision weighs them by itself. */
async function weighWaiting(deps: Deps, clientId: string, database: Database): Promise<void> {
  const endorsed = await database.rows(
    storedRequest,
    `select ${REQUEST_COLUMNS} from clearance_requests where status = 'pending_review' and request_id in (select request_id from review_votes)`,
  );
  if (endorsed.length === 0) return;
  const bench = await readBench(deps, database, clientId);
  for (const request of endorsed) {
    const votes = await weighVotes(deps, database, bench, clientId, request);
    const kept = await readVotes(database, request.request_id);
    if (
      votes.every(({ voter, dropped_because }) => kept.find((cast) => cast.voter === voter)?.dropped_because === dropped_because)
    )
      continue;
    await database.transaction(async (transaction) => {
      const open = await transaction.row(
        z.object({}),
        "select from clearance_requests where request_id = $1 and status = 'pending_review' for update",
        [request.request_id],
      );
      if (open === null) return; // decided meanwhile
      await keepWeights(transaction, request.request_id, votes);
      await enqueueReviewEvent(transaction, "review.updated", request.request_id, request.status);
    });
  }
}
