"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { changeAddress } from "@/lib/address";
import { settingsQuery, thresholdHistoryQuery } from "@/lib/vault/queries";
import { ThresholdForm } from "./threshold-form";

/** The threshold of the tenant, and of single tools, each tried on what really happened. */
export function SettingsPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(settingsQuery(client));
  const history = useQuery(thresholdHistoryQuery(client, ""));
  const tool = useSearchParams().get("tool") ?? "";
  const ownTools = Object.keys(data?.tool_thresholds ?? {});
  const tools = [...new Set([...ownTools, ...(history.data?.tools ?? []).map((row) => row.tool), ...(tool ? [tool] : [])])];
  return (
    <Page title="Thresholds" description="How sure the judge must be before a request passes without a person.">
      {error ? (
        <ErrorState message={error.message} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-56 w-full" />
      ) : (
        <Panel className="flex flex-col gap-5 p-5">
          <Field label="For" hint="A tool may have a threshold of its own; all others go by the tenant's.">
            {(ids) => (
              <Select
                {...ids}
                value={tool}
                className="max-w-80"
                onChange={(event) => changeAddress({ tool: event.target.value })}
              >
                <option value="">Every tool</option>
                {tools.map((name) => (
                  <option key={name} value={name}>
                    {name}
                    {data.tool_thresholds[name] !== undefined && `: ${data.tool_thresholds[name].toFixed(2)}`}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <ThresholdForm key={tool} client={client} tool={tool} settings={data} mayWrite={mayWrite} />
          <p className="text-xs text-muted">
            {data.threshold_updated_at ? (
              <>
                Last changed by {data.threshold_updated_by}, <Time at={data.threshold_updated_at} />. The audit trail keeps each
                change.
              </>
            ) : (
              "This is the default, and nobody has chosen it yet. Saving it as it is counts as a choice."
            )}
          </p>
        </Panel>
      )}
    </Page>
  );
}
