"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { relativeTime } from "@/lib/format";
import { revokeKey } from "@/lib/keys/actions";
import type { ApiKeyRow } from "@/lib/keys/schema";
import { keysQuery } from "@/lib/vault/queries";
import { CreateKeyDialog } from "./create-key-dialog";

export function KeysPage({ client, mayManage, vaultUrl }: { client: string; mayManage: boolean; vaultUrl: string }) {
  const { data, error, refetch } = useQuery({ ...keysQuery(client), refetchInterval: 15_000 });
  const isNew = useSearchParams().get("new") === "1";
  const create = mayManage && <CreateKeyDialog client={client} vaultUrl={vaultUrl} isInitiallyOpen={isNew} />;
  return (
    <Page title="Keys" description="One for each service and environment. Vault takes them in X-Vault-API-Key." actions={create}>
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
          <ul className="divide-y divide-line">
            {data.keys.map((key) => (
              <KeyRow key={key.id} client={client} apiKey={key} mayManage={mayManage} />
            ))}
          </ul>
        )}
      </Panel>
    </Page>
  );
}

function KeyRow({ client, apiKey, mayManage }: { client: string; apiKey: ApiKeyRow; mayManage: boolean }) {
  const isRevoked = apiKey.revoked_at !== null;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2">
          <span className={isRevoked ? "font-semibold text-muted line-through" : "font-semibold"}>{apiKey.name}</span>
          <Badge tone={apiKey.environment === "production" ? "accent" : "neutral"}>{apiKey.environment}</Badge>
          {apiKey.scopes.includes("policies:write") && <Badge>policies</Badge>}
          {isRevoked && <Badge tone="denied">revoked</Badge>}
        </p>
        <p className="font-mono text-xs text-muted">{apiKey.prefix}…</p>
      </div>
      <p className="basis-52 text-muted">
        {apiKey.last_used_at ? (
          <>
            Used <Time at={apiKey.last_used_at} />
            {apiKey.last_used_runtime && <span className="block max-w-52 truncate text-xs">by {apiKey.last_used_runtime}</span>}
          </>
        ) : (
          "Never used"
        )}
      </p>
      <div className="flex w-20 justify-end">{mayManage && !isRevoked && <RevokeDialog client={client} apiKey={apiKey} />}</div>
    </li>
  );
}

function RevokeDialog({ client, apiKey }: { client: string; apiKey: ApiKeyRow }) {
  const [isOpen, setOpen] = useState(false);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const lastUse = apiKey.last_used_at
    ? `It was used ${relativeTime(apiKey.last_used_at)}${apiKey.last_used_runtime ? ` by ${apiKey.last_used_runtime}` : ""}. Whoever still uses it will be refused within seconds.`
    : "It was never used.";
  const revoke = () =>
    start(async () => {
      const result = await revokeKey(client, apiKey.id);
      if (!result.ok) return void toast.error(result.error);
      await queries.invalidateQueries({ queryKey: [client, "keys"] });
      setOpen(false);
      toast.success(`${apiKey.name} is revoked.`);
    });
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="sm" aria-label={`Revoke ${apiKey.name}`}>
          Revoke
        </Button>
      </DialogTrigger>
      <DialogContent title={`Revoke ${apiKey.name}`} description={`${lastUse} This cannot be undone.`}>
        <div className="flex justify-end">
          <Button variant="danger" onClick={revoke} disabled={isPending}>
            {isPending ? "Revoking…" : "Revoke key"}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
