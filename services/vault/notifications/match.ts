import type { Environment } from "@ledgix/contract/environment";
import { type NotificationRoute, notificationEvents, severities } from "@ledgix/contract/notifications";
import { matchesPattern } from "@ledgix/contract/pattern";
import type { StoredRequest } from "../clearance/stored-request.ts";
import { isWithin } from "./schedule.ts";

export type Occasion = {
  type: keyof typeof notificationEvents;
  at: Date;
  environment: Environment;
  request: Pick<StoredRequest, "tool_name" | "review_rule"> | null;
};

/** Whether a route takes an event. What asks for a tool or a rule takes only what is about a case of them. */
export function routeTakes(route: NotificationRoute, occasion: Occasion, timeZone: string): boolean {
  const { when } = route;
  const { request, type } = occasion;
  return (
    route.is_enabled &&
    route.events.includes(type) &&
    (when.tools.length === 0 || (request !== null && when.tools.some((tool) => matchesPattern(tool, request.tool_name)))) &&
    (when.rules.length === 0 || when.rules.includes(request?.review_rule?.id ?? "")) &&
    (when.environments.length === 0 || when.environments.includes(occasion.environment)) &&
    severities.indexOf(notificationEvents[type].severity) >= severities.indexOf(when.minimum_severity) &&
    (when.hours === null || isWithin(when.hours, occasion.at, timeZone)) &&
    // A reminder is about a case that still waits.
    (route.after === null || type === "review.pending" || type === "review.escalated")
  );
}
