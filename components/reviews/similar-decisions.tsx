import type { ReviewCase } from "@ledgix/contract/review";
import { amountIn, formatMoney } from "@ledgix/sentence/money";
import { Status } from "@/components/ui/status";
import { Time } from "@/components/ui/time";

/** How earlier calls of the same tool ended. */
export function SimilarDecisions({ similar }: { similar: ReviewCase["similar"] }) {
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {similar.map((decision) => (
        <li key={decision.request_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
          <Status value={decision.status} />
          <span className="font-semibold">{amountLabel(decision.tool_args) ?? decision.agent_id}</span>
          <span className="min-w-0 flex-1 truncate text-muted">{decision.review_reason ?? ""}</span>
          <span className="text-muted">
            {decision.decided_by ?? "policy"}, <Time at={decision.decided_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function amountLabel(args: ReviewCase["tool_args"]): string | null {
  const money = amountIn(args);
  return money && formatMoney(money);
}
