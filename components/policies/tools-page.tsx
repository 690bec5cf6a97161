"use client";

import type { Proposal } from "@ledgix/contract/proposal";
import { type ObservedTool, toolMapping } from "@ledgix/contract/tool";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { Proposals } from "@/components/proposals/proposals";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { toolsQuery } from "@/lib/vault/policy-queries";
import { MappingForm } from "./mapping-form";
import { TermsForm } from "./terms-form";

/** What tools' arguments mean, learned from real calls and confirmed by a person; and the tenant's own words for rules. */
export function ToolsPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(toolsQuery(client));
  const [edited, setEdited] = useState<string | null>(null);
  const tool = data?.tools.find(({ tool_name }) => tool_name === edited);
  return (
    <Page
      title="Tools"
      description="Which argument is the amount, in which unit, and who is paid. Rules over amounts pause until you confirm it: a wrong unit is the worst guess there is."
    >
      <MappingProposals client={client} tools={data?.tools ?? []} mayWrite={mayWrite} />
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading tools" rows={3} />
        ) : data.tools.length === 0 ? (
          <EmptyState title="No tool was called yet">
            Once an agent asks for clearance, Ledgix learns what its tools' arguments look like, and proposes what they mean.
          </EmptyState>
        ) : (
          <ul aria-label="Tools" className="divide-y divide-line">
            {data.tools.map((each) => (
              <ToolRow key={each.tool_name} tool={each} edit={mayWrite ? () => setEdited(each.tool_name) : null} />
            ))}
          </ul>
        )}
      </Panel>
      <TermsForm client={client} mayWrite={mayWrite} />
      <Dialog open={tool !== undefined} onOpenChange={(open) => !open && setEdited(null)}>
        {tool && (
          <DialogContent title={`What ${tool.tool_name}'s arguments mean`} className="sm:w-[min(40rem,calc(100vw-2rem))]">
            <MappingForm client={client} tool={tool} onDone={() => setEdited(null)} />
          </DialogContent>
        )}
      </Dialog>
    </Page>
  );
}

/** What keys take tools' arguments to mean. */
function MappingProposals({ client, tools, mayWrite }: { client: string; tools: ObservedTool[]; mayWrite: boolean }) {
  const toolOf = ({ subject }: Proposal) => tools.find(({ tool_name }) => tool_name === subject);
  const linesOf = (proposal: Proposal) => {
    const proposed = toolMapping.safeParse(proposal.value);
    const mapping = toolOf(proposal)?.mapping;
    return [
      proposed.success ? `It proposes: ${describeMapping(proposed.data)}` : "It proposes what this version does not understand.",
      mapping ? `Confirmed is: ${describeMapping(mapping)}` : "Nothing is confirmed.",
    ];
  };
  return (
    <Proposals
      client={client}
      kinds={["mapping"]}
      mayWrite={mayWrite}
      linesOf={linesOf}
      versionOf={(proposal) => toolOf(proposal)?.version ?? null}
    />
  );
}

function ToolRow({ tool, edit }: { tool: ObservedTool; edit: (() => void) | null }) {
  const { mapping, proposal } = tool;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-mono text-xs break-all">{tool.tool_name}</span>
          <span className="text-xs text-muted">{formatNumber(tool.requests)} requests</span>
        </p>
        {mapping ? (
          <p className="flex items-start gap-1.5">
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-approved" aria-hidden />
            <span className="min-w-0 break-words">
              {describeMapping(mapping)}{" "}
              <span className="text-muted">
                Confirmed by {tool.confirmed_by}, {tool.confirmed_at && <Time at={tool.confirmed_at} />}.
              </span>
            </span>
          </p>
        ) : (
          <p className="flex items-start gap-1.5 text-muted">
            <CircleDashed className="mt-0.5 size-4 shrink-0" aria-hidden />
            <span className="min-w-0 break-words">Not confirmed. It looks like: {describeMapping(proposal)}</span>
          </p>
        )}
      </div>
      {edit && (
        <Button
          size="sm"
          variant={mapping ? "secondary" : "primary"}
          aria-label={`${mapping ? "Change" : "Confirm"} ${tool.tool_name}`}
          onClick={edit}
        >
          {mapping ? "Change" : "Confirm…"}
        </Button>
      )}
    </li>
  );
}

/** "amount is the amount, in major units of currency; customer is paid." */
export function describeMapping({ acts, amount, payee }: ObservedTool["proposal"]): string {
  const parts = [
    acts.length > 0 && `a ${acts.join(", ")}`,
    amount &&
      `${amount.path} is the amount, in ${amount.unit === "major" ? "whole units" : "minor units such as cents"} of ${"code" in amount.currency ? amount.currency.code : `the currency that ${amount.currency.path} names`}`,
    payee && `${payee} is who gets it`,
  ].filter(Boolean);
  return parts.length === 0 ? "no amount and no payee." : `${parts.join("; ")}.`;
}
