"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { keysQuery } from "@/lib/vault/queries";
import { CreateKeyDialog } from "./create-key-dialog";
import { KeyRefusals } from "./key-refusals";
import { KeyRow } from "./key-row";

export function KeysPage({ client, mayManage, vaultUrl }: { client: string; mayManage: boolean; vaultUrl: string }) {
  const { data, error, refetch } = useQuery({ ...keysQuery(client), refetchInterval: 15_000 });
  const isNew = useSearchParams().get("new") === "1";
  const create = mayManage && <CreateKeyDialog client={client} vaultUrl={vaultUrl} isInitiallyOpen={isNew} />;
  return (
    <Page title="Keys" description="One for each service and environment. Vault takes them in X-Vault-API-Key." actions={create}>
      {data && <KeyRefusals client={client} list={data} mayManage={mayManage} />}
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading keys" />
        ) : data.keys.length === 0 ? (
          <EmptyState title="No keys yet">
            Create a key, above, for the service that will ask for clearance. It is shown once.
          </EmptyState>
        ) : (
          <ul aria-label="Keys" className="divide-y divide-line">
            {data.keys.map((key) => (
              <KeyRow
                key={key.id}
                client={client}
                vaultUrl={vaultUrl}
                apiKey={key}
                uses={data.uses.filter(({ key_id }) => key_id === key.id)}
                mayManage={mayManage}
              />
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
}
