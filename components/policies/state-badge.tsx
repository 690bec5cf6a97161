import type { PolicyState } from "@ledgix/contract/policy";
import { CalendarClock, CircleCheck, History, PencilLine } from "lucide-react";
import { Badge } from "@/components/ui/badge";

const looks = {
  draft: { tone: "paused", word: "draft", icon: PencilLine },
  scheduled: { tone: "accent", word: "scheduled", icon: CalendarClock },
  in_force: { tone: "approved", word: "in force", icon: CircleCheck },
  retired: { tone: "neutral", word: "retired", icon: History },
} as const;

/** Where a version stands, as an icon and a word. */
export function StateBadge({ state }: { state: PolicyState }) {
  const { tone, word, icon: Icon } = looks[state];
  return (
    <Badge tone={tone}>
      <Icon className="size-3" aria-hidden /> {word}
    </Badge>
  );
}
