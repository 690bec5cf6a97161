"use client";

import { useQuery } from "@tanstack/react-query";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { settingsQuery } from "@/lib/vault/queries";
import { ThresholdForm } from "./threshold-form";

export function SettingsPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(settingsQuery(client));
  return (
    <Page title="Settings" description="How sure the judge must be before a request passes without a person.">
      {error ? (
        <ErrorState message={error.message} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-56 w-full" />
      ) : (
        <Panel className="flex flex-col gap-4 p-5">
          <ThresholdForm
            key={data.minimum_confidence_score}
            client={client}
            current={data.minimum_confidence_score}
            mayWrite={mayWrite}
          />
          <p className="text-xs text-muted">
            {data.updated_at ? (
              <>
                Set by {data.updated_by}, <Time at={data.updated_at} />.
              </>
            ) : (
              "This is the default. Nobody has set it yet."
            )}
          </p>
        </Panel>
      )}
    </Page>
  );
}
