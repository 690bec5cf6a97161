import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffSeconds, digestTime, endOf, isWithin } from "./schedule.ts";

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const nights = { days: everyDay, from: "22:00", to: "07:00" };
const at = (iso: string) => new Date(iso);

describe("hours of the week", () => {
  it("are the tenant's own, and a night belongs to the day on which it begins", () => {
    expect(isWithin(nights, at("2026-11-24T22:30:00Z"), "UTC")).toBe(true);
    expect(isWithin(nights, at("2026-11-24T22:30:00Z"), "America/New_York")).toBe(false); // 17:30 there
    const friday = { ...nights, days: [5] };
    expect(isWithin(friday, at("2026-11-28T06:00:00Z"), "UTC")).toBe(true); // Saturday morning
    expect(isWithin(friday, at("2026-11-27T06:00:00Z"), "UTC")).toBe(false); // Friday morning
  });

  it("end when the clock says so, also over a change of daylight saving", () => {
    expect(endOf(nights, at("2026-11-24T23:00:00Z"), "UTC").toISOString()).toBe("2026-11-25T07:00:00.000Z");
    // Berlin leaves summer time in the night to 25 October 2026.
    expect(endOf(nights, at("2026-10-24T21:00:00Z"), "Europe/Berlin").toISOString()).toBe("2026-10-25T06:00:00.000Z");
    expect(endOf(nights, at("2026-11-24T12:00:00Z"), "UTC").toISOString()).toBe("2026-11-24T12:00:00.000Z");
  });

  it("have an end that lies outside of them, whatever they are", () => {
    const clock = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
    const hours = fc.record({
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 }),
      from: clock,
      to: clock,
    });
    const moment = fc.date({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z"), noInvalidDate: true });
    fc.assert(
      fc.property(hours, moment, fc.constantFrom("UTC", "Asia/Kathmandu", "America/New_York"), (given, when, zone) => {
        const end = endOf(given, when, zone);
        expect(end.getTime()).toBeGreaterThanOrEqual(when.getTime());
        if (!isWithin(given, when, zone)) expect(end).toEqual(when);
        else expect(isWithin(given, end, zone)).toBe(false);
      }),
    );
  });
});

it("digests go out at the full hour, or in the morning", () => {
  expect(digestTime("hourly", at("2026-11-24T10:20:00Z"), "UTC").toISOString()).toBe("2026-11-24T11:00:00.000Z");
  expect(digestTime("daily", at("2026-11-24T10:20:00Z"), "UTC").toISOString()).toBe("2026-11-25T08:00:00.000Z");
  expect(digestTime("daily", at("2026-11-24T10:20:00Z"), "America/Los_Angeles").toISOString()).toBe("2026-11-24T16:00:00.000Z");
});

it("attempts come ever more seldom, up to once an hour", () => {
  expect([1, 2, 3, 4, 9].map((attempts) => backoffSeconds(attempts, 5))).toEqual([5, 15, 45, 135, 3600]);
});
