"use client";

import { environments } from "@ledgix/contract/environment";
import { jsonObject } from "@ledgix/contract/json";
import { type TenantSettings, tenantSettingsUpdate } from "@ledgix/contract/settings";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import type { z } from "zod";
import { describeDifferences } from "@/components/proposals/describe-differences";
import { Proposals } from "@/components/proposals/proposals";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import type { ActionResult } from "@/lib/action-result";
import { saveRetention } from "@/lib/settings/actions";
import { renameTenant, requestTenantDeletion, suspendTenant } from "@/lib/tenants/actions";
import { keysQuery, tenantSettingsQuery } from "@/lib/vault/queries";
import { useSettings } from "./use-settings";

type Props = { client: string; name: string; isOwner: boolean; mayWrite: boolean; vaultUrl: string };

export function TenantPage({ client, name, isOwner, mayWrite, vaultUrl }: Props) {
  return (
    <Page title="Tenant" description="A tenant has its own database for policies, requests and the ledger.">
      <Name client={client} name={name} isOwner={isOwner} />
      <Environments client={client} vaultUrl={vaultUrl} />
      <TenantProposals client={client} mayWrite={mayWrite} />
      <Retention client={client} mayWrite={mayWrite} />
      {isOwner && <DangerZone client={client} name={name} />}
    </Page>
  );
}

function Name({ client, name, isOwner }: { client: string; name: string; isOwner: boolean }) {
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const router = useRouter();
  const submit = (form: FormData) =>
    start(async () => {
      const result = await renameTenant(client, String(form.get("name") ?? ""));
      setError(result.ok ? null : result.error);
      if (!result.ok) return;
      toast.success("The tenant is renamed.");
      router.refresh();
    });
  return (
    <Panel className="p-5">
      {isOwner ? (
        <Form submit={isPending ? "Saving…" : "Rename"} isPending={isPending} onSubmit={submit}>
          <Field label="Name" error={error}>
            {(ids) => <Input {...ids} key={name} name="name" defaultValue={name} maxLength={80} />}
          </Field>
        </Form>
      ) : (
        <p>
          <span className="font-semibold">{name}</span> <span className="text-muted">An owner can rename it.</span>
        </p>
      )}
    </Panel>
  );
}

/** Which keys work where. A Vault takes keys of its own environment only. */
function Environments({ client, vaultUrl }: { client: string; vaultUrl: string }) {
  const settings = useQuery(tenantSettingsQuery(client));
  const keys = useQuery(keysQuery(client));
  const active = (keys.data?.keys ?? []).filter(
    ({ revoked_at, expires_at }) => revoked_at === null && (expires_at === null || Date.parse(expires_at) > Date.now()),
  );
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold">Environments</h2>
      <Panel>
        <dl className="divide-y divide-line">
          <Line label="Client id" value={client} />
          {environments.map((environment) => {
            const count = active.filter((key) => key.environment === environment).length;
            const isHere = settings.data?.environment === environment;
            return (
              <div key={environment} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
                <dt className="w-28 text-muted">{environment}</dt>
                <dd className="min-w-0 flex-1 basis-52">
                  {isHere ? (
                    <span className="font-mono text-xs break-all">{vaultUrl}</span>
                  ) : (
                    <span className="text-muted">another Vault serves it</span>
                  )}
                </dd>
                <dd className="flex items-center gap-3 text-muted">
                  {count === 1 ? "1 active key" : `${count} active keys`}
                  {isHere && <CopyButton text={vaultUrl} variant="ghost" aria-label="Copy the address of Vault" />}
                </dd>
              </div>
            );
          })}
        </dl>
      </Panel>
    </section>
  );
}

function Line({ label, value }: { label: string; value: string }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <dt className="w-28 text-muted">{label}</dt>
      <dd className="flex min-w-0 flex-1 items-center justify-between gap-3">
        <span className="min-w-0 font-mono text-xs break-all">{value}</span>
        <CopyButton text={value} variant="ghost" aria-label={`Copy ${label}`} />
      </dd>
    </div>
  );
}

const retentions = [7, 30, 90, 365, 1095];

/** What keys proposed for the tenant's settings. */
function TenantProposals({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data } = useQuery(tenantSettingsQuery(client));
  if (data === undefined) return null;
  return (
    <Proposals
      client={client}
      kinds={["tenant_settings"]}
      mayWrite={mayWrite}
      linesOf={({ value }) => describeDifferences(jsonObject.parse(data), value)}
      versionOf={() => data.version}
    />
  );
}

function Retention({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data } = useQuery(tenantSettingsQuery(client));
  const queries = useQueryClient();
  const show = (settings: TenantSettings) => queries.setQueryData(tenantSettingsQuery(client).queryKey, settings) ?? settings;
  const { save, isPending, dialog } = useSettings({
    content: (settings: TenantSettings) => jsonObject.parse(tenantSettingsUpdate.parse(settings)),
    send: ({ delivery_retention_days }: z.infer<typeof tenantSettingsUpdate>, version) =>
      saveRetention(client, delivery_retention_days, version),
    onSaved: show,
    onRead: show,
  });
  if (data === undefined) return <Skeleton className="h-28 w-full" />;
  const days = data.delivery_retention_days;
  return (
    <Panel className="p-5">
      <Field
        label="Keep the delivery log for"
        hint="Requests, decisions and the ledger are kept for good: removing one would break the proof of the others."
      >
        {(ids) => (
          <Select
            {...ids}
            className="max-w-60"
            value={days}
            disabled={!mayWrite || isPending}
            onChange={(event) => {
              const chosen = Number(event.target.value);
              save({
                base: data,
                update: { delivery_retention_days: chosen },
                done: `The delivery log is kept for ${chosen} days.`,
              });
            }}
          >
            {[...new Set([...retentions, days])]
              .toSorted((a, b) => a - b)
              .map((choice) => (
                <option key={choice} value={choice}>
                  {choice} days
                </option>
              ))}
          </Select>
        )}
      </Field>
      {dialog}
    </Panel>
  );
}

function DangerZone({ client, name }: { client: string; name: string }) {
  const [isPending, start] = useTransition();
  const [typed, setTyped] = useState("");
  const router = useRouter();
  const run = (act: () => Promise<ActionResult>) =>
    start(async () => {
      const result = await act();
      if (!result.ok) return void toast.error(result.error);
      router.push(`/${client}`);
      router.refresh();
    });
  return (
    <section className="flex flex-col gap-2">
      <h2 className="font-semibold text-denied">Danger zone</h2>
      <Panel className="divide-y divide-line border-denied/40">
        <div className="flex flex-wrap items-center justify-between gap-3 p-5">
          <p className="min-w-0 flex-1 basis-72">
            <span className="block font-semibold">Suspend the tenant</span>
            <span className="text-muted">
              Vault refuses every key and every member within seconds. Waiting cases stay, nothing is deleted, and an owner can
              resume it.
            </span>
          </p>
          <ConfirmButton
            label="Suspend"
            title={`Suspend ${name}`}
            consequence="Every agent of this tenant is refused within seconds, so nothing that asks Ledgix can act. An owner can resume it at any time."
            confirm="Suspend tenant"
            onConfirm={() => run(() => suspendTenant(client))}
            variant="danger-outline"
          />
        </div>
        <form
          className="flex flex-wrap items-end justify-between gap-3 p-5"
          onSubmit={(event) => {
            event.preventDefault();
            run(() => requestTenantDeletion(client, typed));
          }}
        >
          <div className="min-w-0 flex-1 basis-72">
            <p className="mb-2">
              <span className="block font-semibold">Delete the tenant</span>
              <span className="text-muted">
                It is suspended at once. For 30 days an owner can take it back; then an operator removes its database, its ledger
                and its secret. Export the ledger first: anchored checkpoints stay where they are.
              </span>
            </p>
            <Field label={`Type ${name} to confirm`}>
              {(ids) => (
                <Input
                  {...ids}
                  className="max-w-80"
                  value={typed}
                  autoComplete="off"
                  onChange={(event) => setTyped(event.target.value)}
                />
              )}
            </Field>
          </div>
          <Button type="submit" variant="danger" disabled={isPending || typed !== name}>
            Delete tenant
          </Button>
        </form>
      </Panel>
    </section>
  );
}
