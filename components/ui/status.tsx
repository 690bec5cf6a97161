import { Ban, CircleCheck, CircleDashed, CirclePause } from "lucide-react";
import { cn } from "@/lib/cn";

const looks = {
  approved: { label: "Approved", icon: CircleCheck, className: "bg-approved-soft text-approved" },
  denied: { label: "Denied", icon: Ban, className: "bg-denied-soft text-denied" },
  pending_review: { label: "Paused", icon: CirclePause, className: "bg-paused-soft text-paused" },
  approved_pending_review: { label: "Paused", icon: CirclePause, className: "bg-paused-soft text-paused" },
  processing: { label: "Processing", icon: CircleDashed, className: "bg-ink/6 text-muted" },
} as const;

/** A state as an icon and a word, never as colour alone. */
export function Status({ value, label, className }: { value: keyof typeof looks; label?: string; className?: string }) {
  const { label: word, icon: Icon, className: look } = looks[value];
  return (
    <span className={cn("inline-flex h-6 shrink-0 items-center gap-1 rounded-full px-2 text-xs font-semibold", look, className)}>
      <Icon className="size-3.5" aria-hidden />
      {label ?? word}
    </span>
  );
}
