"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { GoLive } from "@/components/go-live/go-live";
import { CreateKeyDialog } from "@/components/keys/create-key-dialog";
import { Snippets } from "@/components/keys/snippets";
import { eventRecordOf } from "@/components/ledger/event-label";
import { AddPolicy } from "@/components/policies/add-policy-dialog";
import { Button } from "@/components/ui/button";
import { Page, Panel } from "@/components/ui/page";
import { cn } from "@/lib/cn";
import { policiesQuery } from "@/lib/vault/policy-queries";
import { densityQuery, keysQuery, ledgerQuery } from "@/lib/vault/queries";

/** How often an open step looks whether it is done. */
const LOOK_MS = 2_000;

/** From nothing to the first request, each step seeing by itself when it is done. */
export function FirstRun({ client, vaultUrl, mayManage }: { client: string; vaultUrl: string; mayManage: boolean }) {
  const [createdKey, setCreatedKey] = useState<string | null>(null);
  const keys = useQuery({ ...keysQuery(client), refetchInterval: LOOK_MS });
  const policies = useQuery({ ...policiesQuery(client), refetchInterval: LOOK_MS });
  const ledger = useInfiniteQuery({ ...ledgerQuery(client, {}), refetchInterval: LOOK_MS });
  const reviewed = useQuery({ ...densityQuery(client, { channel: "console" }), refetchInterval: LOOK_MS });

  const entries = ledger.data?.pages[0]?.entries ?? [];
  const hasKey = keys.data?.keys.some((key) => key.revoked_at === null) ?? false;
  const hasPolicy = (policies.data?.policies.length ?? 0) > 0;
  const hasRequest = entries.length > 0;
  // The newest page may hold none in a busy tenant; the whole ledger's count does.
  const hasPerson = (reviewed.data?.total ?? 0) > 0 || entries.some((entry) => eventRecordOf(entry)?.type.startsWith("review."));
  const done = [true, hasKey, hasPolicy, hasRequest, hasPerson];
  const current = done.indexOf(false);
  const isLoaded = keys.data && policies.data && ledger.data && reviewed.data;
  if (isLoaded && current < 0) return <GoLive client={client} />;

  return (
    <Page
      title="Get started"
      description="Five steps to a decision that you can prove. Each step notices by itself when it is done."
    >
      <Panel>
        <ol aria-busy={!isLoaded} className="divide-y divide-line">
          <Step number={1} title="Create your tenant" isDone isCurrent={false}>
            It has its own database and its own ledger.
          </Step>
          <Step
            number={2}
            title="Create an API key"
            isDone={hasKey}
            isCurrent={current === 1}
            action={
              mayManage && <CreateKeyDialog client={client} vaultUrl={vaultUrl} onCreated={setCreatedKey} isSecondary={hasKey} />
            }
          >
            Your application sends it with each request. It is shown once.
          </Step>
          <Step
            number={3}
            title="Add a policy"
            isDone={hasPolicy}
            isCurrent={current === 2}
            action={mayManage && <AddPolicy client={client} isSecondary={hasPolicy} />}
          >
            A document for reviewers to read beside a case, or rules that decide by themselves.
          </Step>
          <Step number={4} title="Send a first request" isDone={hasRequest} isCurrent={current === 3}>
            Ask for clearance of a refund. Without a rule that allows it, it pauses for you.
            {(current === 3 || createdKey) && !hasRequest && (
              <div className="mt-3">
                <Snippets vaultUrl={vaultUrl} apiKey={createdKey} />
              </div>
            )}
          </Step>
          <Step
            number={5}
            title="Decide it"
            isDone={hasPerson}
            isCurrent={current === 4}
            action={
              <Button asChild variant={current === 4 ? "primary" : "secondary"} size="sm">
                <Link href={`/${client}/reviews`}>Open reviews</Link>
              </Button>
            }
          >
            Approve or deny it in the queue. The agent learns at once, and the ledger keeps who, when and why.
          </Step>
        </ol>
      </Panel>
    </Page>
  );
}

type StepProps = { number: number; title: string; isDone: boolean; isCurrent: boolean; action?: ReactNode; children: ReactNode };

function Step({ number, title, isDone, isCurrent, action, children }: StepProps) {
  return (
    <li
      aria-current={isCurrent ? "step" : undefined}
      className={cn("flex gap-4 px-4 py-4 sm:px-5", isCurrent && "bg-accent-soft/50")}
    >
      <span
        className={cn(
          "mt-0.5 flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-semibold",
          isDone ? "bg-approved-soft text-approved" : isCurrent ? "bg-accent text-accent-ink" : "bg-ink/6 text-muted",
        )}
      >
        {isDone ? <Check className="size-3.5" aria-label="Done" /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className={cn("text-base font-semibold", isDone && "text-muted")}>{title}</h2>
          <div className="text-muted">{children}</div>
        </div>
        {action}
      </div>
    </li>
  );
}
