import type { Citation } from "@ledgix/contract/judge";
import Link from "next/link";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/badge";

/** The rules and passages that the judge found, each open at its place in the version that it read. */
export function Citations({ client, citations, words = [] }: { client: string; citations: Citation[]; words?: string[] }) {
  if (citations.length === 0) return <p className="text-muted">No policy says anything about this call.</p>;
  return (
    <ul className="flex flex-col gap-3">
      {citations.map((citation) => (
        <li
          key={`${citation.policy_version_id}:${citation.kind}:${citation.start}`}
          className="border-l-2 border-line-strong/50 pl-3"
        >
          <blockquote className="line-clamp-6 break-words whitespace-pre-wrap">
            <Marked text={citation.text} words={words} />
          </blockquote>
          <p className="mt-1 flex flex-wrap items-center gap-2 text-xs text-muted">
            {citation.kind === "rule" && <Badge tone="accent">rule</Badge>}
            <Link
              href={`/${client}/policies/${encodeURIComponent(citation.policy_id)}?version=${citation.policy_version_id}${citation.end > citation.start ? `&start=${citation.start}&end=${citation.end}` : ""}`}
              className="text-accent underline underline-offset-2"
            >
              {citation.heading || citation.policy_id}
            </Link>
          </p>
        </li>
      ))}
    </ul>
  );
}

/** A text with the words of a call marked in it, whole words alone. */
function Marked({ text, words }: { text: string; words: string[] }) {
  if (words.length === 0) return text;
  const pattern = new RegExp(`\\b(${words.map(RegExp.escape).join("|")})(?:s|es|ed|ing)?\\b`, "gi");
  let at = 0;
  const parts: ReactNode[] = [];
  for (const match of text.matchAll(pattern)) {
    parts.push(
      text.slice(at, match.index),
      <mark key={match.index} className="rounded bg-accent-soft text-ink">
        {match[0]}
      </mark>,
    );
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)];
}
