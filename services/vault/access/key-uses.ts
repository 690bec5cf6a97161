import type { KeyRefusal } from "@ledgix/contract/key-refusal";
import type { VaultDependencies } from "../dependencies.ts";

/** A key's use is written at most this often for each runtime, and refusals are gathered for this long. */
const USE_RECORDED_EVERY_MS = 10_000;
const REFUSALS_GATHERED_MS = 1_000;
const MAX_RUNTIME = 120;
const MAX_FROM = 64;
/** Names of one key's runtimes that are kept: callers write them, and may write a new one each time. */
const MAX_RUNTIMES = 50;
/** Pairs of key and runtime that are remembered; beyond it the map starts anew, and some uses are written sooner. */
const CAPACITY = 10_000;

const MARK_USED = `
  with used as (
    insert into public.api_key_uses (key_id, client_id, runtime, last_from)
    select $1::uuid, $2::uuid, $4, $3 where (select count(*) from public.api_key_uses where key_id = $1 and runtime <> $4) < ${MAX_RUNTIMES}
    on conflict (key_id, runtime) do update set last_used_at = now(), last_from = excluded.last_from)
  update public.api_keys set last_used_at = now(), last_used_from = $3, last_used_runtime = $4 where id = $1`;
const COUNT_REFUSALS = `
  insert into public.api_key_refusals (key_id, client_id, reason, called_environment, calls, last_from, last_runtime)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (key_id, reason, called_environment) do update set calls = api_key_refusals.calls + excluded.calls, last_at = now(),
    last_from = excluded.last_from, last_runtime = excluded.last_runtime, dismissed_at = null,
    first_at = case when api_key_refusals.dismissed_at is null then api_key_refusals.first_at else now() end`;

type Key = { id: string; client_id: string };
type Caller = { from: string; runtime: string };

/** Who uses a key, and who is refused with one: for the people who look after it. Never in the way of a request. */
export function keyUses({ config, controlPlane, now, log }: Pick<VaultDependencies, "config" | "controlPlane" | "now" | "log">) {
  const usedAt = new Map<string, number>();
  const refusals = new Map<string, { key: Key; reason: KeyRefusal["reason"]; count: number; caller: Caller }>();
  const place = ({ from }: Caller) => from.slice(0, MAX_FROM) || "unknown";
  const runtimeOf = ({ runtime }: Caller) => runtime.slice(0, MAX_RUNTIME) || "unnamed";

  function writeRefusals(): void {
    for (const { key, reason, count, caller } of refusals.values()) {
      controlPlane
        .run(COUNT_REFUSALS, [key.id, key.client_id, reason, config.VAULT_ENVIRONMENT, count, place(caller), runtimeOf(caller)])
        .catch((error) => log.error("key.refusal_not_recorded", error));
    }
    refusals.clear();
  }

  return {
    use(key: Key, caller: Caller): void {
      const pair = `${key.id} ${runtimeOf(caller)}`;
      const at = now().getTime();
      if (at - (usedAt.get(pair) ?? 0) < USE_RECORDED_EVERY_MS) return;
      if (usedAt.size >= CAPACITY) usedAt.clear();
      usedAt.set(pair, at);
      controlPlane
        .run(MARK_USED, [key.id, key.client_id, place(caller), runtimeOf(caller)])
        .catch((error) => log.error("key.use_not_recorded", error));
    },
    refuse(key: Key, reason: KeyRefusal["reason"], caller: Caller): void {
      const name = `${key.id} ${reason}`;
      const gathered = refusals.get(name) ?? { key, reason, count: 0, caller };
      refusals.set(name, { ...gathered, count: gathered.count + 1, caller });
      if (refusals.size === 1 && gathered.count === 0) setTimeout(writeRefusals, REFUSALS_GATHERED_MS).unref();
    },
  };
}
