"use client";

import type { ConfluenceSource, NewConfluenceSource } from "@ledgix/contract/confluence";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, TriangleAlert } from "lucide-react";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { addConfluence, removeConfluence, syncConfluence } from "@/lib/policies/actions";
import { confluenceQuery } from "@/lib/vault/policy-queries";

/** Spaces and page trees of Confluence that policies are read from. */
export function ConfluenceSources({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(confluenceQuery(client));
  const [isAdding, setAdding] = useState(false);
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  if (data === undefined) return <Skeleton className="h-28 w-full" />;
  return (
    <Panel className="flex flex-col gap-3 p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-semibold">Confluence</h2>
          <p className="text-muted">
            {data.sources.length === 0
              ? "Read policies from a space or a page tree. Each page becomes a policy; what changes there becomes a version here."
              : "Pages are looked at every hour. What changed becomes a version; what is gone retires its policy."}
          </p>
        </div>
        {mayWrite && (
          <Button size="sm" variant={data.sources.length === 0 ? "primary" : "secondary"} onClick={() => setAdding(true)}>
            <Plus /> Add space
          </Button>
        )}
      </div>
      {data.sources.length > 0 && (
        <ul aria-label="Confluence sources" className="divide-y divide-line border-t border-line">
          {data.sources.map((source) => (
            <SourceRow key={source.source_id} client={client} source={source} mayWrite={mayWrite} />
          ))}
        </ul>
      )}
      <Dialog open={isAdding} onOpenChange={setAdding}>
        <DialogContent title="Read policies from Confluence">
          <SourceForm client={client} onDone={() => setAdding(false)} />
        </DialogContent>
      </Dialog>
    </Panel>
  );
}

function SourceRow({ client, source, mayWrite }: { client: string; source: ConfluenceSource; mayWrite: boolean }) {
  const queries = useQueryClient();
  const [isPending, start] = useTransition();
  const run = (action: typeof syncConfluence, done: string) =>
    start(async () => {
      const result = await action(client, source.source_id);
      if (!result.ok) return void toast.error(result.error);
      queries.setQueryData(confluenceQuery(client).queryKey, result.data);
      await queries.invalidateQueries({ queryKey: [client, "policies"] });
      toast.success(done);
    });
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-semibold break-words">
          {source.space_key}
          {source.root_page_id && `, page ${source.root_page_id} and below`}
          <span className="ml-2 font-normal text-muted">{new URL(source.base_url).host}</span>
        </p>
        <p className="text-muted">
          {source.pages} pages for {source.tools.length === 0 ? "every tool" : source.tools.join(", ")}
          {source.deleted_pages > 0 && `, ${source.deleted_pages} gone`}.{" "}
          {source.synced_at ? (
            <>
              Read <Time at={source.synced_at} />, as {source.email}.
            </>
          ) : (
            "Being read for the first time…"
          )}
        </p>
        {source.error && (
          <p className="flex items-start gap-2 text-denied">
            <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> {source.error}
          </p>
        )}
      </div>
      {mayWrite && (
        <div className="flex gap-2">
          <Button size="sm" variant="secondary" disabled={isPending} onClick={() => run(syncConfluence, "Confluence was read.")}>
            {isPending ? "Reading…" : "Read now"}
          </Button>
          <ConfirmButton
            label="Remove"
            accessibleLabel={`Remove ${source.space_key}`}
            title={`Stop reading ${source.space_key}`}
            consequence="The token is forgotten, and changes in Confluence are not seen any more. The policies that came of it stay in force until you retire them."
            confirm="Stop reading"
            onConfirm={() => run(removeConfluence, "The source is removed.")}
          />
        </div>
      )}
    </li>
  );
}

function SourceForm({ client, onDone }: { client: string; onDone: () => void }) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const submit = (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const source: NewConfluenceSource = {
      base_url: text("base_url"),
      email: text("email"),
      token: text("token"),
      space_key: text("space_key"),
      root_page_id: text("root_page_id") || null,
      tools: text("tools")
        .split(",")
        .map((tool) => tool.trim())
        .filter(Boolean),
    };
    start(async () => {
      const result = await addConfluence(client, source);
      if (!result.ok) return setError(result.error);
      queries.setQueryData(confluenceQuery(client).queryKey, result.data);
      toast.success("Confluence is connected.", { description: "Its pages are being read." });
      onDone();
    });
  };
  return (
    <Form error={error} submit={isPending ? "Connecting…" : "Connect"} isPending={isPending} onSubmit={submit}>
      <Field label="Site">
        {(ids) => <Input {...ids} name="base_url" type="url" placeholder="https://acme.atlassian.net" autoComplete="off" />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="E-mail" hint="Of the person whose token it is.">
          {(ids) => <Input {...ids} name="email" type="email" autoComplete="off" />}
        </Field>
        <Field label="API token" hint="Kept in your tenant's secret, shown to nobody.">
          {(ids) => <Input {...ids} name="token" type="password" autoComplete="off" />}
        </Field>
        <Field label="Space key">{(ids) => <Input {...ids} name="space_key" placeholder="POL" autoComplete="off" />}</Field>
        <Field label="Page" hint="Its number, to read it and all below it. Empty reads the space.">
          {(ids) => <Input {...ids} name="root_page_id" inputMode="numeric" autoComplete="off" />}
        </Field>
      </div>
      <Field label="Tools" hint="Separated by commas. Empty means every tool.">
        {(ids) => <Input {...ids} name="tools" autoComplete="off" spellCheck={false} />}
      </Field>
    </Form>
  );
}
