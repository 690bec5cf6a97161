import { isOutage } from "@ledgix/tenancy/database";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { forgetAnswers } from "./access/idempotency.ts";
import { evaluateRequest } from "./clearance/evaluate.ts";
import { lapseApprovals } from "./clearance/lapse.ts";
import { giveUpOnRequests, recoverRequests } from "./clearance/recover.ts";
import type { VaultDependencies } from "./dependencies.ts";
import { anchorOrAnnounce } from "./ledger/anchor.ts";
import { rewrapContentKeys, sealOldEvents } from "./ledger/content.ts";
import { collectCosignatures } from "./ledger/cosign.ts";
import { sequenceEvents } from "./ledger/sequence.ts";
import { announceKeyEvents } from "./notifications/key-events.ts";
import { startNotifier } from "./notifications/notifier.ts";
import { endDuties } from "./people/departures.ts";
import { resumeBacktests } from "./policies/backtests.ts";
import { syncDueSources } from "./policies/confluence/sync.ts";
import { indexPolicyVersions, reembedPassages } from "./policies/index-versions.ts";
import { resumeUploads } from "./policies/upload.ts";
import { expireReviews } from "./reviews/expire.ts";
import { forgetDeliveries } from "./settings/tenant.ts";

export type BackgroundWork = { stop(): Promise<void> };

/**
 * Starts the workers and the background loop. At the start every request that a crash left undecided goes back into the queue; then,
 * each interval and tenant: lapse, escalate, expire, sequence, checkpoint, anchor, index,
 * announce; and the tenant's outbox is followed. Any number of replicas may run this.
 */
export function startBackgroundWork(deps: VaultDependencies): BackgroundWork {
  deps.queue.consume((message) => evaluateRequest(deps, message));
  const notifier = startNotifier(deps);
  const interval = deps.config.VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS * 1000;
  const keyTimer = setInterval(() => void deps.keys.refresh(), deps.config.VAULT_KEY_REFRESH_SECONDS * 1000);
  const startedAt = performance.now();
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function round(isFirst: boolean): Promise<void> {
    const tenants = await deps.tenants.active().catch((error: unknown) => {
      deps.log.error("loop.no_tenants", error);
      return [];
    });
    const end = deps.metrics.roundSeconds.startTimer();
    for (const clientId of tenants) {
      if (isStopped) return;
      const failed = (error: unknown) => {
        deps.metrics.roundFailures.inc();
        deps.log.error("loop.tenant_failed", error, { client_id: clientId });
      };
      await notifier.follow(clientId).catch(failed);
      // What was asked before this process began is lost; what was asked since is at work.
      const lostAfterSeconds = isFirst ? (performance.now() - startedAt) / 1000 : undefined;
      await runTenant(deps, clientId, lostAfterSeconds, failed).catch(failed);
    }
    end();
    deps.metrics.lastRound.setToCurrentTime();
  }

  let work = round(true);
  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      work = round(false);
      void work.finally(schedule);
    }, interval);
  };
  void work.finally(schedule);

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      clearInterval(keyTimer);
      await work;
      await notifier.stop();
      await deps.queue.close();
    },
  };
}

/** What is done for a tenant each round, in this order. */
function stepsOf(
  deps: VaultDependencies,
  clientId: string,
  database: TenantDatabase,
  lostAfterSeconds: number | undefined,
): (() => Promise<unknown>)[] {
  return [
    () => recoverRequests(deps, clientId, lostAfterSeconds),
    () => giveUpOnRequests(deps, clientId),
    () => lapseApprovals(deps, database),
    () => expireReviews(deps, database),
    () => sealOldEvents(database),
    () => rewrapContentKeys(database),
    () => sequenceAll(deps, database),
    () => anchorOrAnnounce(clientId, database, deps),
    () => collectCosignatures(deps, database, clientId),
    () => syncDueSources(deps, clientId),
    () => resumeUploads(deps, clientId),
    () => indexPolicyVersions(deps, clientId),
    () => reembedPassages(deps, clientId),
    () => resumeBacktests(deps, clientId),
    () => endDuties(deps, clientId, database),
    () => announceKeyEvents(deps, clientId, database),
    () => forgetAnswers(database),
    () => forgetDeliveries(database),
  ];
}

/** A row that one step stumbles over each time holds up no other step. A database that is away is left alone until the next round. */
async function runTenant(
  deps: VaultDependencies,
  clientId: string,
  lostAfterSeconds: number | undefined,
  failed: (error: unknown) => void,
): Promise<void> {
  const database = await deps.tenants.database(clientId);
  for (const step of stepsOf(deps, clientId, database, lostAfterSeconds)) {
    await step().catch((error: unknown) => {
      if (isOutage(error)) throw error;
      failed(error);
    });
  }
}

async function sequenceAll(deps: VaultDependencies, database: TenantDatabase): Promise<void> {
  for (let isFullBatch = true; isFullBatch; ) {
    const batch = await sequenceEvents(database, deps);
    deps.metrics.sequenced.inc(batch.sequenced);
    ({ isFullBatch } = batch);
  }
}
