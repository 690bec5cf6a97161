import { jsonObject } from "@ledgix/contract/json";
import { describeRefusal, keyRefusal } from "@ledgix/contract/key-refusal";
import type { Database } from "@ledgix/tenancy/database";
import { formatDistanceStrict } from "date-fns";
import { z } from "zod";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueue } from "../outbox/enqueue.ts";

/** Days before a key's end at which it is warned about, each once. */
const WARNING_DAYS = [14, 3, 1];
const DAY_MS = 24 * 3600 * 1000;
/** Events of the audit trail that one round passes on. */
const BATCH = 200;

type Deps = Pick<VaultDependencies, "controlPlane" | "now">;

/**
 * Passes on what happened to keys in the control plane, where Vault did not do it: each event of the audit trail once, in its order, by a
 * cursor that moves in the transaction of the outbox rows. And warns of keys that end soon.
 */
export async function announceKeyEvents(deps: Deps, clientId: string, database: Database): Promise<void> {
  await passOnAuditEvents(deps, clientId, database);
  await warnOfExpiry(deps, clientId, database);
  await tellOfRefusals(deps, clientId, database);
}

const auditEvent = z.object({
  id: z.coerce.number(),
  action: z.string(),
  actor_email: z.string().nullable(),
  detail: jsonObject,
});

async function passOnAuditEvents({ controlPlane }: Deps, clientId: string, database: Database): Promise<void> {
  const stored = await database.row(
    z.object({ value: z.object({ last_id: z.number() }) }),
    "select value from settings where name = 'audit_cursor'",
  );
  const events = await controlPlane.rows(
    auditEvent,
    `select id, action, actor_email, detail from public.audit_events
     where client_id = $1 and id > $2 and action in ('key.created', 'key.revoked', 'key.rotated') order by id limit ${BATCH}`,
    [clientId, stored?.value.last_id ?? 0],
  );
  const last = events.at(-1);
  if (last === undefined) return;
  await database.transaction(async (transaction) => {
    const moved = await transaction.run(
      `insert into settings (name, value, updated_by) values ('audit_cursor', $1::json, 'vault')
       on conflict (name) do update set value = excluded.value, updated_at = now() where (settings.value ->> 'last_id')::bigint < $2`,
      [JSON.stringify({ last_id: last.id }), last.id],
    );
    if (moved === 0) return; // another replica has passed them on
    for (const event of events) {
      const payload = { ...event.detail, by: event.actor_email };
      await enqueue(transaction, event.action === "key.rotated" ? "key.created" : event.action, payload, null);
    }
  });
}

const endingKey = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  environment: z.string(),
  /** Seconds since the epoch: whoever else holds the control plane's connection may have its own parsing of times. */
  expires_at: z.number(),
  last_used_runtime: z.string().nullable(),
});

async function warnOfExpiry({ controlPlane, now }: Deps, clientId: string, database: Database): Promise<void> {
  const horizon = Math.max(...WARNING_DAYS);
  const ending = await controlPlane.rows(
    endingKey,
    `select id, name, prefix, environment, extract(epoch from expires_at)::double precision as expires_at, last_used_runtime
     from public.api_keys where client_id = $1 and revoked_at is null and expires_at > now()
       and expires_at < now() + make_interval(days => ${horizon})`,
    [clientId],
  );
  for (const key of ending) {
    const left = key.expires_at * 1000 - now().getTime();
    // Only the nearest mark: a key that is made for two days is not warned about thrice at once.
    const days = Math.min(...WARNING_DAYS.filter((mark) => left <= mark * DAY_MS));
    await database.transaction(async (transaction) => {
      const isNew = await transaction.run("insert into key_warnings (key_id, days) values ($1, $2) on conflict do nothing", [
        key.id,
        days,
      ]);
      if (isNew === 0) return;
      const when = formatDistanceStrict(key.expires_at * 1000, now(), { addSuffix: true });
      const { name, prefix, environment } = key;
      await enqueue(transaction, "key.expiring", { name, prefix, environment, when, last_used: key.last_used_runtime }, null);
    });
  }
}

const refusedKey = keyRefusal.pick({ key_id: true, reason: true, called_environment: true, calls: true }).extend({
  name: z.string(),
  prefix: z.string(),
  environment: z.string(),
  last_runtime: z.string(),
});
/** Hours after which a refusal that goes on is told again. */
const TOLD_AGAIN_HOURS = 24;

async function tellOfRefusals({ controlPlane }: Deps, clientId: string, database: Database): Promise<void> {
  const refused = await controlPlane.rows(
    refusedKey,
    `select r.key_id, r.reason, r.called_environment, r.calls, r.last_runtime, k.name, k.prefix, k.environment
     from public.api_key_refusals r join public.api_keys k on k.id = r.key_id
     where r.client_id = $1 and r.dismissed_at is null and r.last_at > now() - interval '1 hour'`,
    [clientId],
  );
  for (const { key_id, reason, called_environment, calls, name, prefix, environment, last_runtime } of refused) {
    await database.transaction(async (transaction) => {
      const isNew = await transaction.run(
        `insert into key_refusal_notices (key_id, reason, called_environment) values ($1, $2, $3)
         on conflict (key_id, reason, called_environment) do update set told_at = now()
         where key_refusal_notices.told_at < now() - make_interval(hours => ${TOLD_AGAIN_HOURS})`,
        [key_id, reason, called_environment],
      );
      if (isNew === 0) return;
      const { what, mend } = describeRefusal({ reason, called_environment, calls }, { name, environment });
      const times = calls === 1 ? "once" : `${calls} times`;
      await enqueue(
        transaction,
        "key.refused",
        { name, prefix, environment, times, detail: `${what} ${mend}`, last_used: last_runtime },
        null,
      );
    });
  }
}
