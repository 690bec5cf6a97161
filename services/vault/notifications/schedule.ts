import { TZDate } from "@date-fns/tz";
import type { cadences, Hours } from "@ledgix/contract/notifications";
import { addDays, addHours, set, startOfHour } from "date-fns";

/** When daily digests are sent, by the tenant's clock. */
const DIGEST_HOUR = 8;
const MAX_BACKOFF_SECONDS = 3_600;
const minutesOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** Whether a moment lies in these hours of the week. Hours from a time to the same time are the whole day. */
export function isWithin({ days, from, to }: Hours, at: Date, timeZone: string): boolean {
  const local = new TZDate(at, timeZone);
  const minute = local.getHours() * 60 + local.getMinutes();
  const day = local.getDay() || 7;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin < end) return days.includes(day) && minute >= begin && minute < end;
  const dayBefore = day === 1 ? 7 : day - 1;
  return (days.includes(day) && minute >= begin) || (days.includes(dayBefore) && minute < end);
}

/** The first moment after `at` that lies outside of the hours; `at` itself where it does. */
export function endOf(hours: Hours, at: Date, timeZone: string): Date {
  let moment = at;
  // Nights that follow each other end one by one; a week without an end is no reason to wait for ever.
  for (let tries = 0; tries < 8 && isWithin(hours, moment, timeZone); tries++) {
    const local = new TZDate(moment, timeZone);
    const end = set(local, {
      hours: Number(hours.to.slice(0, 2)),
      minutes: Number(hours.to.slice(3)),
      seconds: 0,
      milliseconds: 0,
    });
    moment = new Date(+(end > local ? end : addDays(end, 1)));
  }
  return moment;
}

/** When gathered mail goes out: at the full hour, or in the morning. */
export function digestTime(cadence: (typeof cadences)[number], at: Date, timeZone: string): Date {
  if (cadence === "at_once") return at;
  const local = new TZDate(at, timeZone);
  if (cadence === "hourly") return new Date(+addHours(startOfHour(local), 1));
  const morning = set(local, { hours: DIGEST_HOUR, minutes: 0, seconds: 0, milliseconds: 0 });
  return new Date(+(morning > local ? morning : addDays(morning, 1)));
}

/** Seconds until the next attempt after `attempts` of them: 5, 15, 45, … up to an hour. */
export function backoffSeconds(attempts: number, first: number): number {
  return Math.min(MAX_BACKOFF_SECONDS, first * 3 ** Math.max(0, attempts - 1));
}
