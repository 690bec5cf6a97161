import { Status } from "@/components/ui/status";

const shown = {
  allow: { value: "approved", label: "Approved" },
  review: { value: "pending_review", label: "Paused" },
  deny: { value: "denied", label: "Denied" },
} as const;

/** A verdict as an icon and a word. */
export function Verdict({ verdict }: { verdict: keyof typeof shown }) {
  return <Status {...shown[verdict]} />;
}

export const verdictWords = { allow: "approved", review: "paused", deny: "denied" } as const;
