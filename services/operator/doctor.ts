import { parseApiKey } from "@ledgix/contract/api-key";
import { ledgerPage } from "@ledgix/contract/ledger";
import { notificationSettings } from "@ledgix/contract/notifications";
import { policyList } from "@ledgix/contract/policy";
import { problem } from "@ledgix/contract/problem";
import { reviewSettings } from "@ledgix/contract/settings";
import { readJwks } from "@ledgix/verifier";
import type { z } from "zod";

/** What the doctor found. `skipped` says what it would need. */
export type Finding = { name: string; outcome: "ok" | "warning" | "failed" | "skipped"; detail: string };

const MOST_SKEW_SECONDS = 30;
const TIMEOUT_MS = 10_000;

type Answer = { status: number; body: unknown; date: string | null } | null;

/**
 * Looks for the common integration failures of a Vault's address and an application's key: a wrong address, a key that is misplaced, expired
 * or deleted, policies that came after the first requests, thresholds and notifications that nobody chose.
 */
export async function examine(url: string, apiKey: string | undefined, now: () => number = Date.now): Promise<Finding[]> {
  const base = url.replace(/\/+$/, "");
  const ask = (path: string): Promise<Answer> =>
    fetch(base + path, { headers: { ...(apiKey && { "x-vault-api-key": apiKey }) }, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .then(async (response) => ({
        status: response.status,
        body: await response.json().catch(() => null),
        date: response.headers.get("date"),
      }))
      .catch(() => null);

  const address = await examineAddress(base, ask);
  if (address.some(({ outcome }) => outcome === "failed")) return address;
  const clock = clockFinding((await ask("/health"))?.date ?? null, now());
  const key = await examineKey(apiKey, ask);
  const found = [...address, clock, key];
  if (key.outcome === "failed" || key.outcome === "skipped") return found;
  return [...found, await examinePolicies(ask), await examineThreshold(ask), await examineNotifications(ask)];
}

async function examineAddress(base: string, ask: (path: string) => Promise<Answer>): Promise<Finding[]> {
  const health = await ask("/health");
  if (health === null)
    return [
      failed(
        "address",
        `Nothing answers at ${base}. Is LEDGIX_VAULT_URL the Vault's of this environment, and reachable from here?`,
      ),
    ];
  const jwks = await ask("/.well-known/jwks.json");
  if (!hasKeys(jwks?.body))
    return [failed("address", `What answers at ${base} is not a Vault: it has no signing keys at /.well-known/jwks.json.`)];
  const ready = await ask("/ready");
  const isLocal = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])/.test(base);
  return [
    ok("address", `A Vault answers at ${base}.`),
    base.startsWith("https:") || isLocal
      ? ok("TLS", "The way there is encrypted, or on this machine.")
      : warning("TLS", "The key travels unencrypted. Use https."),
    ready?.status === 200
      ? ok("ready", "Vault reaches its control plane.")
      : failed("ready", "Vault is up and not ready: its control plane is away. Try again shortly."),
  ];
}

function hasKeys(body: unknown): boolean {
  try {
    return readJwks(body).length > 0;
  } catch {
    return false;
  }
}

function clockFinding(date: string | null, now: number): Finding {
  const skew = date === null ? 0 : Math.abs(Date.parse(date) - now) / 1000;
  return skew > MOST_SKEW_SECONDS
    ? warning(
        "clock",
        `This machine's clock and Vault's differ by ${Math.round(skew)} s. Tokens are checked within ${MOST_SKEW_SECONDS} s: set the clock.`,
      )
    : ok("clock", "This machine's clock and Vault's agree.");
}

async function examineKey(apiKey: string | undefined, ask: (path: string) => Promise<Answer>): Promise<Finding> {
  if (!apiKey)
    return { name: "key", outcome: "skipped", detail: "LEDGIX_VAULT_API_KEY is not set here. Is it in the runtime that asks?" };
  const parsed = parseApiKey(apiKey);
  if (parsed === null)
    return failed(
      "key",
      "LEDGIX_VAULT_API_KEY is not a whole key: a character is wrong or it was cut off. Copy it again, or create a new one.",
    );
  const answer = await ask(`/clearance-status/${crypto.randomUUID()}`);
  if (answer?.status === 404) return ok("key", `The key ${parsed.prefix}… is known here, and may ask for clearance.`);
  const told = problem.safeParse(answer?.body).data?.detail ?? "Vault did not answer.";
  return failed(
    "key",
    answer?.status === 403
      ? `The key ${parsed.prefix}… lacks the scope clearance: give the application a key that has it.`
      : told,
  );
}

async function examinePolicies(ask: (path: string) => Promise<Answer>): Promise<Finding> {
  const policies = read(policyList, await ask("/policies"));
  if (policies === null) return needs("policies", "policies:read");
  const inForce = policies.policies.filter(({ effective_from }) => effective_from !== null);
  if (inForce.length === 0)
    return failed("policies", "No policy is in force, so every request pauses. Upload or write one in the console.");
  const first = read(ledgerPage, await ask("/ledger?limit=1&order=oldest"))?.entries[0]?.accepted_at;
  const since = inForce.map(({ effective_from }) => effective_from ?? "").sort()[0] ?? "";
  return first !== undefined && Date.parse(first) < Date.parse(since)
    ? warning(
        "policies",
        `The first request of this key came before any policy was in force (${since.slice(0, 10)}): earlier answers look inconsistent with later ones.`,
      )
    : ok("policies", `${inForce.length} ${inForce.length === 1 ? "policy is" : "policies are"} in force.`);
}

async function examineThreshold(ask: (path: string) => Promise<Answer>): Promise<Finding> {
  const settings = read(reviewSettings, await ask("/review-settings"));
  if (settings === null) return needs("threshold", "settings:read");
  return settings.threshold_updated_at === null
    ? warning(
        "threshold",
        `Nobody has chosen the threshold: it is the default, ${settings.minimum_confidence_score}. Set it, and who reviews, in the console.`,
      )
    : ok("threshold", `The threshold is ${settings.minimum_confidence_score}.`);
}

async function examineNotifications(ask: (path: string) => Promise<Answer>): Promise<Finding> {
  const settings = read(notificationSettings, await ask("/notification-settings"));
  if (settings === null) return needs("notifications", "settings:read");
  if (settings.routes.length === 0)
    return warning("notifications", "No route tells anybody of a paused request. Add one in the console.");
  const [first] = settings.warnings;
  return first ? warning("notifications", first.detail) : ok("notifications", "Paused requests are told to somebody.");
}

function read<Schema extends z.ZodType>(schema: Schema, answer: Answer): z.output<Schema> | null {
  return answer?.status === 200 ? (schema.safeParse(answer.body).data ?? null) : null;
}

const ok = (name: string, detail: string): Finding => ({ name, outcome: "ok", detail });
const warning = (name: string, detail: string): Finding => ({ name, outcome: "warning", detail });
const failed = (name: string, detail: string): Finding => ({ name, outcome: "failed", detail });
const needs = (name: string, scope: string): Finding => ({
  name,
  outcome: "skipped",
  detail: `This key may not read it. Ask with a key that has the scope ${scope}, or look in the console.`,
});
