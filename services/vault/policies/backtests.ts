import { type Backtest, backtest, type newBacktest } from "@ledgix/contract/backtest";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";

const row = backtest.extend({ created_at: z.date() });
const COLUMNS = Object.keys(row.shape).join(", ");
/** Seconds without progress after which a backtest begins anew. */
const ABANDONED_SECONDS = 60;
/** Seconds after which one that still is not done is given up. */
const GIVEN_UP_SECONDS = 3_600;

/** Begins to hold a draft against past requests; it goes on by itself. @throws {ProblemError} `not_found` */
export async function startBacktest(
  deps: VaultDependencies,
  principal: Principal,
  policyId: string,
  { policy_version_id, days }: z.output<typeof newBacktest>,
): Promise<Backtest> {
  const database = await deps.tenants.database(principal.clientId);
  const started = await database.row(
    row,
    `insert into backtests (backtest_id, policy_id, policy_version_id, days, state, created_by)
     select $1, policy_id, policy_version_id, $4, 'running', $5 from policy_versions where policy_id = $2 and policy_version_id = $3
     returning ${COLUMNS}`,
    [crypto.randomUUID(), policyId, policy_version_id, days, principalLabel(principal)],
  );
  if (started === null) throw new ProblemError("not_found", "There is no version of this id.");
  void runBacktest(deps, principal.clientId, started.backtest_id);
  return toBacktest(started);
}

async function runBacktest(deps: VaultDependencies, clientId: string, backtestId: string): Promise<void> {
  // What fails here is asked for again by the background loop.
  await deps.judge
    .backtest(clientId, backtestId)
    .catch((error: unknown) => deps.log.error("policy.not_backtested", error, { backtest_id: backtestId }));
}

/** Takes up what was left by a process that died, and gives up what does not come to an end. */
export async function resumeBacktests(deps: VaultDependencies, clientId: string): Promise<void> {
  const database = await deps.tenants.database(clientId);
  await database.run(
    `update backtests set state = 'failed', reason = 'It did not come to an end within an hour. Run it again over fewer days.'
     where state = 'running' and created_at < now() - make_interval(secs => ${GIVEN_UP_SECONDS})`,
  );
  const left = await database.rows(
    z.object({ backtest_id: z.string() }),
    `update backtests set touched_at = now() where state = 'running' and touched_at < now() - make_interval(secs => ${ABANDONED_SECONDS})
     returning backtest_id`,
  );
  for (const { backtest_id } of left) void runBacktest(deps, clientId, backtest_id);
}

/** The newest backtests of a policy. */
export async function listBacktests(database: Queryable, policyId: string): Promise<Backtest[]> {
  const rows = await database.rows(
    row,
    `select ${COLUMNS} from backtests where policy_id = $1 order by created_at desc limit 10`,
    [policyId],
  );
  return rows.map(toBacktest);
}

const toBacktest = (found: z.infer<typeof row>): Backtest => ({ ...found, created_at: found.created_at.toISOString() });
