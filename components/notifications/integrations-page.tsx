"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";
import { ConfluenceSources } from "@/components/policies/confluence";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { FormAlert } from "@/components/ui/form";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { disconnectSlack, startSlack } from "@/lib/notifications/actions";
import { slackQuery } from "@/lib/vault/queries";
import { Webhooks } from "./webhooks";

export function IntegrationsPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  return (
    <Page title="Integrations" description="Where Ledgix speaks to other systems.">
      <SlackConnection client={client} mayWrite={mayWrite} />
      <ConfluenceSources client={client} mayWrite={mayWrite} />
      <Webhooks client={client} mayWrite={mayWrite} />
    </Page>
  );
}

function SlackConnection({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(slackQuery(client));
  const params = useSearchParams();
  const queries = useQueryClient();
  const [isPending, start] = useTransition();
  const connect = () =>
    start(async () => {
      const result = await startSlack(client, "install");
      if (result.ok) window.location.assign(result.data.url);
      else toast.error(result.error);
    });
  const disconnect = () =>
    start(async () => {
      const result = await disconnectSlack(client);
      if (!result.ok) return void toast.error(result.error);
      queries.setQueryData(slackQuery(client).queryKey, result.data);
      toast.success("Slack is disconnected.");
    });
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton className="h-28 w-full" />;
  return (
    <Panel className="flex flex-col gap-3 p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-semibold">Slack</h2>
          {data.installation ? (
            <p className="text-muted">
              Connected to <span className="font-semibold text-ink">{data.installation.team_name}</span> by{" "}
              {data.installation.installed_by}, <Time at={data.installation.installed_at} />. Members link their own identity
              under “You”, then decide there.
            </p>
          ) : data.is_configured ? (
            <p className="text-muted">
              Paused requests in a channel, with buttons for members who have linked their Slack identity.
            </p>
          ) : (
            <p className="text-muted">
              This Vault has no Slack app yet. Its operator makes one and sets SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and
              SLACK_SIGNING_SECRET.
            </p>
          )}
        </div>
        {mayWrite && data.is_configured && (
          <div className="flex gap-2">
            <Button variant={data.installation ? "secondary" : "primary"} size="sm" disabled={isPending} onClick={connect}>
              {data.installation ? "Connect again" : "Connect Slack"}
            </Button>
            {data.installation && (
              <ConfirmButton
                label="Disconnect"
                title="Disconnect Slack"
                consequence="Nobody is told in Slack any more, nobody decides there, and every linked identity is forgotten. Messages that stand there stay as they are."
                confirm="Disconnect Slack"
                onConfirm={disconnect}
              />
            )}
          </div>
        )}
      </div>
      {params.get("slack") === "failed" && <FormAlert>Slack was not connected: {params.get("why")}</FormAlert>}
      {params.get("slack") === "declined" && (
        <p className="text-muted">The connection was declined in Slack. Nothing was changed.</p>
      )}
    </Panel>
  );
}
