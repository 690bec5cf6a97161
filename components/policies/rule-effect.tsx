import { Badge } from "@/components/ui/badge";

const looks = {
  allow: { tone: "approved", word: "approves" },
  review: { tone: "paused", word: "pauses" },
  deny: { tone: "denied", word: "denies" },
} as const;

type Props = { text: string; effect: keyof typeof looks | null; problem: string | null };

/** A rule with what it does, or with what is not understood about it. */
export function RuleEffect({ text, effect, problem }: Props) {
  const look = effect ? looks[effect] : { tone: "neutral" as const, word: "not understood" };
  return (
    <li className="flex flex-wrap items-baseline gap-x-2">
      <Badge tone={look.tone}>{look.word}</Badge>
      <span className="min-w-0 flex-1 break-words">{text}</span>
      {problem && <span className="basis-full text-xs text-muted">{problem}</span>}
    </li>
  );
}
