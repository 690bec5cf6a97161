import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

const tones = {
  neutral: "bg-ink/6 text-muted",
  accent: "bg-accent-soft text-accent",
  approved: "bg-approved-soft text-approved",
  paused: "bg-paused-soft text-paused",
  denied: "bg-denied-soft text-denied",
};

export function Badge({
  tone = "neutral",
  className,
  children,
}: {
  tone?: keyof typeof tones;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span
      className={cn("inline-flex h-5 shrink-0 items-center gap-1 rounded px-1.5 text-xs font-semibold", tones[tone], className)}
    >
      {children}
    </span>
  );
}
