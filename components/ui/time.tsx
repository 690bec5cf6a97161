"use client";

import { useEffect, useState } from "react";
import { exactTime, relativeTime } from "@/lib/format";

const REFRESH_MS = 30_000;

/** A time in relation to now, with the exact one on hover. */
export function Time({ at, className }: { at: string; className?: string }) {
  const [, refresh] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => refresh((count) => count + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={exactTime(at)} className={className} suppressHydrationWarning>
      {relativeTime(at)}
    </time>
  );
}
