const roots = new Set([
  "health",
  "ready",
  ".well-known",
  "openapi.json",
  "request-clearance",
  "clearance-status",
  "consume-token",
  "mint-token",
  "reviews",
  "review-views",
  "absence",
  "register-policy",
  "policies",
  "review-settings",
  "notification-settings",
  "unsubscribe",
  "deliveries",
  "webhooks",
  "slack",
  "insights",
  "tenant-settings",
  "ledger",
  "admin",
]);

/** The route of a request: clients in the field send duplicate slashes, and a path prefix in front. */
export function routePath(request: Request): string {
  const segments = new URL(request.url).pathname.split("/").filter(Boolean);
  const start = segments.findIndex((segment) => roots.has(segment));
  return `/${(start < 0 ? segments : segments.slice(start)).join("/")}`;
}
