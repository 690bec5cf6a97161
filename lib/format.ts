import { formatDistanceToNowStrict } from "date-fns";

/** "4 minutes ago", "in 2 days". */
export function relativeTime(iso: string): string {
  const age = Date.now() - Date.parse(iso);
  if (Math.abs(age) < 10_000) return "just now";
  return formatDistanceToNowStrict(new Date(iso), { addSuffix: true });
}

/** The exact time, with its zone, for hovering. */
export function exactTime(iso: string): string {
  return new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "long" }).format(new Date(iso));
}

/** The first characters of an id, enough to tell two apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** "refund_reason" and "refundReason" become "Refund reason". */
export function humanise(name: string): string {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll(/[_\-.]+/g, " ")
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
