"use client";

import type { Insights } from "@ledgix/contract/insights";
import { format, parseISO } from "date-fns";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

/** "Nov 24". Days are UTC days, as the data names them. */
const dayName = (day: string) => format(parseISO(day), "MMM d");

const DAY_MS = 24 * 3600 * 1000;

/** Every day of the time, also those on which nothing was asked. */
function wholeSeries({ series, days }: Insights) {
  const known = new Map(series.map((row) => [row.day, row]));
  const today = Math.floor(Date.now() / DAY_MS);
  return Array.from({ length: days }, (_, i) => {
    const day = new Date((today - days + 1 + i) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { day, passed: 0, denied: 0, paused: 0 };
  });
}

/** Requests a day. The table under it says the same to who cannot see it. */
export function SeriesChart({ insights }: { insights: Insights }) {
  const axis = { fontSize: 12, stroke: "var(--muted)" };
  return (
    <ResponsiveContainer width="100%" height={220}>
      <BarChart data={wholeSeries(insights)} margin={{ left: -16 }} accessibilityLayer={false} aria-hidden>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="day" tickFormatter={dayName} tickLine={false} axisLine={false} {...axis} />
        <YAxis allowDecimals={false} tickLine={false} axisLine={false} {...axis} />
        <Tooltip
          cursor={{ fill: "var(--sunken)" }}
          contentStyle={{ background: "var(--raised)", border: "1px solid var(--line)", borderRadius: 8, color: "var(--ink)" }}
        />
        <Bar dataKey="passed" name="passed by policy" stackId="a" fill="var(--approved)" isAnimationActive={false} />
        <Bar dataKey="paused" name="paused for a person" stackId="a" fill="var(--paused)" isAnimationActive={false} />
        <Bar dataKey="denied" name="denied by policy" stackId="a" fill="var(--denied)" isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
