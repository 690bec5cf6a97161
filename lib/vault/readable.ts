const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What the browser reads live, route by route. Everything else goes through server actions. */
const READABLE = [
  "reviews",
  "reviews/stream",
  "reviews/{id}",
  "review-views",
  "absence",
  "policies",
  "policies/{name}",
  "policies/{name}/cases",
  "policies/{name}/backtests",
  "policy-uploads",
  "policy-coverage",
  "policy-embedding",
  "policy-terms",
  "proposals",
  "tools",
  "confluence",
  "insights",
  "tenant-settings",
  "ledger",
  "ledger/density",
  "ledger/checkpoints",
  "ledger/proof/bundle",
  ".well-known/jwks.json",
  "review-settings",
  "review-settings/history",
  "notification-settings",
  "deliveries",
  "webhooks",
  "slack",
  "slack/targets",
].map((route) => route.split("/"));

/**
 * The path at Vault of a read that the browser may ask for; null of any other. A route's own words must be written as they are, letter by letter;
 * only a name may be encoded, and is encoded anew.
 *
 * @param sent What stands behind `/vault/` in the address, as it was sent.
 */
export function readablePath(sent: string): string | null {
  const segments = sent.split("/");
  const isReadable = READABLE.some(
    (route) => route.length === segments.length && route.every((part, index) => fits(part, segments[index] ?? "")),
  );
  return isReadable ? `/${segments.map((segment) => encodeURIComponent(nameIn(segment) ?? "")).join("/")}` : null;
}

function fits(part: string, segment: string): boolean {
  if (part === "{id}") return UUID.test(segment);
  if (part === "{name}") return isName(nameIn(segment));
  return part === segment;
}

/** Dots alone would be walked, not named, by whoever reads the address next. */
const isName = (name: string | null) => name !== null && !/^\.*$/.test(name);

function nameIn(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
