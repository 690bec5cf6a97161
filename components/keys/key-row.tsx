"use client";

import { isDeploymentKey } from "@ledgix/contract/permissions";
import { useQueryClient } from "@tanstack/react-query";
import { useTransition } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Time } from "@/components/ui/time";
import { relativeTime } from "@/lib/format";
import { revokeKey } from "@/lib/keys/actions";
import { type ApiKeyRow, type KeyUse, keyPresets, presetNames } from "@/lib/keys/schema";
import { RotateKeyDialog } from "./rotate-key-dialog";

const RUNTIMES_SHOWN = 3;
const SOON_MS = 14 * 24 * 3600 * 1000;

type Props = { client: string; vaultUrl: string; apiKey: ApiKeyRow; uses: KeyUse[]; mayManage: boolean };

/** A key: what it may, until when, and who uses it. */
export function KeyRow({ client, vaultUrl, apiKey, uses, mayManage }: Props) {
  const isExpired = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) <= Date.now();
  const isOver = apiKey.revoked_at !== null || isExpired;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2">
          <span className={isOver ? "font-semibold text-muted line-through" : "font-semibold"}>{apiKey.name}</span>
          <Badge tone={apiKey.environment === "production" ? "accent" : "neutral"}>{apiKey.environment}</Badge>
          <Badge>{presetOf(apiKey)}</Badge>
          {apiKey.revoked_at !== null ? (
            <Badge tone="denied">revoked</Badge>
          ) : isExpired ? (
            <Badge tone="denied">expired</Badge>
          ) : (
            apiKey.replaced_by !== null && <Badge tone="paused">rotated out</Badge>
          )}
        </p>
        <p className="font-mono text-xs text-muted">{apiKey.prefix}…</p>
        {!isOver && apiKey.expires_at !== null && (
          <p className={`text-xs ${Date.parse(apiKey.expires_at) - Date.now() < SOON_MS ? "text-paused" : "text-muted"}`}>
            Ends <Time at={apiKey.expires_at} />
          </p>
        )}
      </div>
      <Uses apiKey={apiKey} uses={uses} />
      <div className="flex w-40 justify-end gap-1">
        {mayManage && !isOver && (
          <>
            {apiKey.replaced_by === null && <RotateKeyDialog client={client} vaultUrl={vaultUrl} apiKey={apiKey} />}
            <Revoke client={client} apiKey={apiKey} uses={uses} />
          </>
        )}
      </div>
    </li>
  );
}

/** The preset whose scopes these are, or how many they are. */
function presetOf({ scopes }: ApiKeyRow): string {
  const same = presetNames.find((name) => {
    const preset = keyPresets[name].scopes;
    return preset.length === scopes.length && preset.every((scope) => scopes.includes(scope));
  });
  if (same) return keyPresets[same].label.toLowerCase();
  if (scopes.includes("policies:write") && !isDeploymentKey(scopes)) return "writes drafts only";
  return scopes.includes("reviews:decide")
    ? "decides reviews"
    : scopes.length === 1
      ? (scopes[0] ?? "")
      : `${scopes.length} scopes`;
}

function Uses({ apiKey, uses }: { apiKey: ApiKeyRow; uses: KeyUse[] }) {
  if (apiKey.last_used_at === null) return <p className="basis-64 text-muted">Never used</p>;
  return (
    <div className="basis-64 text-muted">
      <p>
        Used <Time at={apiKey.last_used_at} />
        {apiKey.last_used_from && ` from ${apiKey.last_used_from}`}
      </p>
      <ul className="text-xs">
        {uses.slice(0, RUNTIMES_SHOWN).map((use) => (
          <li key={use.runtime} className="flex gap-1.5">
            <span className="max-w-40 truncate text-ink" title={use.runtime}>
              {use.runtime}
            </span>
            <Time at={use.last_used_at} className="shrink-0" />
          </li>
        ))}
        {uses.length > RUNTIMES_SHOWN && <li>and {uses.length - RUNTIMES_SHOWN} more runtimes</li>}
      </ul>
    </div>
  );
}

function Revoke({ client, apiKey, uses }: { client: string; apiKey: ApiKeyRow; uses: KeyUse[] }) {
  const [, start] = useTransition();
  const queries = useQueryClient();
  const [latest] = uses;
  const consequence = latest
    ? `It was used ${relativeTime(latest.last_used_at)} by ${latest.runtime}${uses.length > 1 ? `, and by ${uses.length - 1} more` : ""}. Whoever still uses it will be refused within seconds. This cannot be undone.`
    : "It was never used. This cannot be undone.";
  const revoke = () =>
    start(async () => {
      const result = await revokeKey(client, apiKey.id);
      await queries.invalidateQueries({ queryKey: [client, "keys"] });
      if (result.ok) toast.success(`${apiKey.name} is revoked.`);
      else toast.error(result.error);
    });
  return (
    <ConfirmButton
      label="Revoke"
      accessibleLabel={`Revoke ${apiKey.name}`}
      title={`Revoke ${apiKey.name}`}
      consequence={consequence}
      confirm="Revoke key"
      onConfirm={revoke}
    />
  );
}
