"use client";

import type { Proposal, ProposalKind } from "@ledgix/contract/proposal";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Time } from "@/components/ui/time";
import type { ActionResult } from "@/lib/action-result";
import { confirmProposal, discardProposal } from "@/lib/proposals/actions";
import { proposalsQuery } from "@/lib/vault/policy-queries";

type Props = {
  client: string;
  kinds: ProposalKind[];
  mayWrite: boolean;
  /** What it would change, a line each, against what the page shows. */
  linesOf: (proposal: Proposal) => string[];
  /** The version of the document that it is compared with. */
  versionOf: (proposal: Proposal) => string | null;
};

/** What keys proposed for the documents of a page. It counts for nothing until a member confirms it. */
export function Proposals({ client, kinds, mayWrite, linesOf, versionOf }: Props) {
  const { data } = useQuery(proposalsQuery(client));
  const queries = useQueryClient();
  const [isPending, start] = useTransition();
  const waiting = data?.proposals.filter(({ kind }) => kinds.includes(kind)) ?? [];
  if (waiting.length === 0) return null;
  const run = (action: () => Promise<ActionResult<unknown>>, done: string) =>
    start(async () => {
      const result = await action();
      await queries.invalidateQueries({ queryKey: [client] });
      if (result.ok) toast.success(done);
      else toast.error(result.error, { duration: 10_000 });
    });
  return (
    <section aria-label="Proposed by keys" className="flex flex-col gap-3 rounded-lg bg-paused-soft px-4 py-3">
      <p className="flex items-start gap-2 text-paused">
        <KeyRound className="mt-0.5 size-4 shrink-0" aria-hidden />
        <span>
          <strong className="font-semibold">Proposed by keys.</strong> It counts for nothing until a member has read it and
          confirms it.
        </span>
      </p>
      <ul className="flex flex-col gap-3">
        {waiting.map((proposal) => {
          const lines = linesOf(proposal);
          return (
            <li key={proposal.proposal_id} className="flex flex-wrap items-start gap-x-4 gap-y-2">
              <div className="min-w-0 flex-1 basis-72">
                <p>
                  <span className="font-semibold">{proposal.proposed_by}</span>
                  {proposal.subject && (
                    <>
                      {" for "}
                      <span className="font-mono text-xs break-all">{proposal.subject}</span>
                    </>
                  )}
                  , <Time at={proposal.proposed_at} />
                </p>
                {lines.length === 0 ? (
                  <p className="text-muted">Nothing would change: it says what holds already.</p>
                ) : (
                  <ul className="list-disc pl-5">
                    {lines.map((line) => (
                      <li key={line} className="break-words">
                        {line}
                      </li>
                    ))}
                  </ul>
                )}
                <details className="text-xs text-muted">
                  <summary>Exactly</summary>
                  <pre className="overflow-x-auto">{JSON.stringify(proposal.value, null, 2)}</pre>
                </details>
              </div>
              {mayWrite && (
                <div className="flex gap-2">
                  <Button
                    size="sm"
                    disabled={isPending}
                    aria-label={`Confirm what ${proposal.proposed_by} proposes${proposal.subject && ` for ${proposal.subject}`}`}
                    onClick={() =>
                      run(
                        () => confirmProposal(client, proposal.proposal_id, versionOf(proposal)),
                        "Confirmed. It holds from now on.",
                      )
                    }
                  >
                    Confirm
                  </Button>
                  <ConfirmButton
                    label="Discard"
                    accessibleLabel={`Discard what ${proposal.proposed_by} proposes${proposal.subject && ` for ${proposal.subject}`}`}
                    title={`Discard what ${proposal.proposed_by} proposes`}
                    consequence="The proposal is taken away. What holds stays as it is."
                    confirm="Discard proposal"
                    variant="secondary"
                    onConfirm={() => run(() => discardProposal(client, proposal.proposal_id), "The proposal is discarded.")}
                  />
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
