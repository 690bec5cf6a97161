"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { FormAlert } from "@/components/ui/form";
import { Panel } from "@/components/ui/page";
import { Time } from "@/components/ui/time";
import { startSlack, unlinkSlack } from "@/lib/notifications/actions";
import { slackQuery } from "@/lib/vault/queries";

/** Who the signed-in member is in Slack, shown by Slack's own sign-in. Only then may they decide there. */
export function SlackIdentity({ client }: { client: string }) {
  const { data } = useQuery(slackQuery(client));
  const params = useSearchParams();
  const queries = useQueryClient();
  const [isPending, start] = useTransition();
  const link = () =>
    start(async () => {
      const result = await startSlack(client, "link");
      if (result.ok) window.location.assign(result.data.url);
      else toast.error(result.error);
    });
  const unlink = () =>
    start(async () => {
      const result = await unlinkSlack(client);
      if (!result.ok) return void toast.error(result.error);
      queries.setQueryData(slackQuery(client).queryKey, result.data);
      toast.success("Your Slack identity is unlinked.");
    });
  if (!data?.is_configured) return null;
  return (
    <Panel className="flex flex-col gap-3 p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="font-semibold">Slack</h2>
          <p className="text-muted">
            {data.identity ? (
              <>
                You are <span className="font-semibold text-ink">{data.identity.slack_name}</span> there, linked{" "}
                <Time at={data.identity.linked_at} />. You may decide cases in Slack, under the same rules as here.
              </>
            ) : data.installation ? (
              `Sign in to ${data.installation.team_name} once, to decide cases in Slack under the same rules as here.`
            ) : (
              "The tenant is not connected to Slack yet. An owner or an admin connects it under Integrations."
            )}
          </p>
        </div>
        {data.identity ? (
          <Button variant="secondary" size="sm" disabled={isPending} onClick={unlink}>
            Unlink
          </Button>
        ) : (
          data.installation && (
            <Button size="sm" disabled={isPending} onClick={link}>
              Link Slack
            </Button>
          )
        )}
      </div>
      {params.get("slack") === "failed" && <FormAlert>Slack was not linked: {params.get("why")}</FormAlert>}
    </Panel>
  );
}
