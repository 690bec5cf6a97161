import type { Citation } from "@ledgix/contract/judge";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";

/** The rules and passages that the judge found, each open at its place in the version that it read. */
export function Citations({ client, citations }: { client: string; citations: Citation[] }) {
  if (citations.length === 0) return <p className="text-muted">No policy says anything about this call.</p>;
  return (
    <ul className="flex flex-col gap-3">
      {citations.map((citation) => (
        <li
          key={`${citation.policy_version_id}:${citation.kind}:${citation.start}`}
          className="border-l-2 border-line-strong/50 pl-3"
        >
          <blockquote className="line-clamp-6 break-words whitespace-pre-wrap">{citation.text}</blockquote>
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
