import type { VaultDependencies } from "../dependencies.ts";
import { OUTBOX_CHANNEL } from "../outbox/enqueue.ts";
import { deliverDue, nextDue } from "./deliver.ts";
import { planDeliveries } from "./plan.ts";
import { refreshSlackMessages } from "./slack/post.ts";

/** A tenant is looked at this often, whatever its database announces: the announcement of another replica's crash never comes. */
const LOOK_AGAIN_MS = 30_000;
/** Between two rounds of one tenant, so that many events at once are few rounds. */
const SETTLE_MS = 50;

export type Notifier = {
  /** Sees to it that a tenant's outbox is followed. Doing it twice changes nothing. */
  follow(clientId: string): Promise<void>;
  stop(): Promise<void>;
};

/** One round for one tenant: plan, send, bring messages up to date. */
export async function notifyTenant(deps: VaultDependencies, clientId: string): Promise<Date | null> {
  const database = await deps.tenants.database(clientId);
  while ((await planDeliveries(deps, clientId, database)).isFullBatch);
  while ((await deliverDue(deps, clientId, database)) > 0);
  while ((await refreshSlackMessages(deps, clientId, database)) > 0);
  return nextDue(database);
}

/** Tells people what happened, as soon as a tenant's database announces it, and when something is due that waits. */
export function startNotifier(deps: VaultDependencies): Notifier {
  /** By tenant: how its following ends. */
  const followed = new Map<string, () => Promise<void>>();
  let isStopped = false;

  async function follow(clientId: string): Promise<void> {
    if (followed.has(clientId) || isStopped) return;
    let timer: NodeJS.Timeout | undefined;
    let work: Promise<void> | null = null;
    let isWanted = false;
    let isEnded = false;

    const sleep = (milliseconds: number) => {
      clearTimeout(timer);
      if (!isStopped && !isEnded) timer = setTimeout(wake, Math.min(Math.max(milliseconds, SETTLE_MS), LOOK_AGAIN_MS));
    };
    const wake = () => {
      isWanted = true;
      if (work !== null || isStopped || isEnded) return;
      isWanted = false;
      work = notifyTenant(deps, clientId)
        .then((due) => sleep(due === null ? LOOK_AGAIN_MS : due.getTime() - deps.now().getTime()))
        .catch((error) => {
          deps.log.error("notifier.tenant_failed", error, { client_id: clientId });
          sleep(LOOK_AGAIN_MS);
        })
        .finally(() => {
          work = null;
          if (isWanted) sleep(SETTLE_MS);
        });
    };
    // Held before the connection is made, so that a second call does not make a second one.
    followed.set(clientId, async () => {});
    try {
      const database = await deps.tenants.database(clientId);
      const stop = await database.listen(OUTBOX_CHANNEL, wake);
      const end = async () => {
        isEnded = true;
        clearTimeout(timer);
        await work;
        await stop();
      };
      followed.set(clientId, end);
      // Announcements come from the new database from now on. Where it cannot be followed yet, the next round of the loop tries again.
      const moveOn = async () => {
        followed.delete(clientId);
        await Promise.allSettled([end(), follow(clientId)]);
      };
      database.replaced.addEventListener("abort", () => void moveOn(), { once: true });
      if (database.replaced.aborted) await moveOn();
      else wake();
    } catch (error) {
      followed.delete(clientId); // the next round of the loop tries again
      throw error;
    }
  }

  return {
    follow,
    async stop() {
      isStopped = true;
      await Promise.all([...followed.values()].map((end) => end()));
    },
  };
}
