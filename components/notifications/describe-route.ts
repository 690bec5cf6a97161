import { type Hours, type NotificationRoute, notificationEvents } from "@ledgix/contract/notifications";
import { describeSeconds } from "../settings/describe-rule";

const label = (event: NotificationRoute["events"][number]) => notificationEvents[event].label;
const uncapitalised = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const or = new Intl.ListFormat("en", { type: "disjunction" });
const and = new Intl.ListFormat("en", { type: "conjunction" });
export const dayNames = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** "Mon to Fri, 08:00 to 18:00". */
export function describeHours({ days, from, to }: Hours): string {
  const sorted = days.toSorted();
  const isRun = sorted.every((day, place) => place === 0 || day === (sorted[place - 1] ?? 0) + 1);
  const names = sorted.map((day) => dayNames[day - 1] ?? "");
  const which =
    sorted.length === 7 ? "every day" : isRun && sorted.length > 2 ? `${names[0]} to ${names.at(-1)}` : and.format(names);
  return from === to ? `${which}, all day` : `${which}, ${from} to ${to}`;
}

/** "A request is paused or nobody answered a case in time; of stripe_*; Mon to Fri, 08:00 to 18:00; where it still waits after 15 minutes". */
export function describeWhat({ events, when, after }: NotificationRoute): string {
  return [
    or.format(events.map((event, place) => (place === 0 ? label(event) : uncapitalised(label(event))))),
    when.tools.length > 0 && `of ${and.format(when.tools)}`,
    when.rules.length > 0 && "under some rules",
    when.environments.length > 0 && `in ${and.format(when.environments)}`,
    when.minimum_severity !== "info" && `${when.minimum_severity} or graver`,
    when.hours && describeHours(when.hours),
    after !== null && `where it still waits after ${describeSeconds(after)}`,
  ]
    .filter(Boolean)
    .join("; ");
}

/** "#refunds and every reviewer, gathered hourly". */
export function describeWhom({ to, cadence }: NotificationRoute): string {
  const names = [...to.slack.map(({ name }) => name), ...to.roles.map((role) => `every ${role}`), ...to.emails];
  if (names.length === 0) return "nobody";
  const gathered = cadence !== "at_once" && to.emails.length + to.roles.length > 0 ? `, mail gathered ${cadence}` : "";
  return and.format(names) + gathered;
}
