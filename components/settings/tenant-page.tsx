"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { CopyButton } from "@/components/ui/copy-button";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { renameTenant } from "@/lib/tenants/actions";

type Props = { client: string; name: string; isOwner: boolean; vaultUrl: string };

export function TenantPage({ client, name, isOwner, vaultUrl }: Props) {
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
    <Page title="Tenant" description="A tenant has its own database for policies, requests and the ledger.">
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
      <Panel>
        <dl className="divide-y divide-line">
          {[
            ["Client id", client],
            ["Vault", vaultUrl],
          ].map(([label, value]) => (
            <div key={label} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
              <dt className="w-24 text-muted">{label}</dt>
              <dd className="min-w-0 flex-1 font-mono text-xs break-all">{value}</dd>
              <CopyButton text={value ?? ""} variant="ghost" aria-label={`Copy ${label}`} />
            </div>
          ))}
        </dl>
      </Panel>
    </Page>
  );
}
