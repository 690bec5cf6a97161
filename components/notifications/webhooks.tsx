"use client";

import { newWebhook, notificationEvents, type Webhook, webhookEvents, type webhookSecret } from "@ledgix/contract/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import type { z } from "zod";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import type { ActionResult } from "@/lib/action-result";
import { addWebhook, deleteWebhook, rotateWebhook, switchWebhook } from "@/lib/notifications/actions";
import { webhooksQuery } from "@/lib/vault/queries";

type WithSecret = z.infer<typeof webhookSecret>;

export function Webhooks({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(webhooksQuery(client));
  const [isAdding, setAdding] = useState(false);
  const [shown, setShown] = useState<WithSecret | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const run = <Data,>(act: () => Promise<ActionResult<Data>>, then: (data: Data) => void) =>
    start(async () => {
      const result = await act();
      if (!result.ok) return void toast.error(result.error);
      await queries.invalidateQueries({ queryKey: webhooksQuery(client).queryKey });
      then(result.data);
    });
  return (
    <section className="flex flex-col gap-2">
      <header className="flex items-center justify-between gap-3">
        <h2 className="font-semibold">Webhooks</h2>
        {mayWrite && (
          <Button size="sm" variant="secondary" onClick={() => setAdding(true)}>
            <Plus /> Add webhook
          </Button>
        )}
      </header>
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading webhooks" rows={2} />
        ) : data.webhooks.length === 0 ? (
          <EmptyState title="No webhooks yet">
            Your own systems are told by a signed POST: a decided case, a denied request, a changed policy.
          </EmptyState>
        ) : (
          <ul aria-label="Webhooks" className="divide-y divide-line">
            {data.webhooks.map((webhook) => (
              <WebhookLine
                key={webhook.webhook_id}
                client={client}
                webhook={webhook}
                mayWrite={mayWrite}
                isPending={isPending}
                onSwitch={() =>
                  run(
                    () => switchWebhook(client, webhook.webhook_id, !webhook.is_enabled),
                    () => {},
                  )
                }
                onRotate={() => run(() => rotateWebhook(client, webhook.webhook_id), setShown)}
                onDelete={() =>
                  run(
                    () => deleteWebhook(client, webhook.webhook_id),
                    () => toast.success("The webhook is deleted."),
                  )
                }
              />
            ))}
          </ul>
        )}
      </Panel>
      <Dialog open={isAdding} onOpenChange={setAdding}>
        <DialogContent
          title="Add a webhook"
          description="Each delivery is signed with a secret of its own and tried for 24 hours."
        >
          <WebhookForm
            isPending={isPending}
            onSubmit={(input) =>
              run(
                () => addWebhook(client, input),
                (added) => {
                  setAdding(false);
                  setShown(added);
                },
              )
            }
          />
        </DialogContent>
      </Dialog>
      <Dialog open={shown !== null} onOpenChange={() => {}}>
        <DialogContent
          title="Copy the signing secret now"
          description="This is the only time that it is shown. It signs the raw body: X-Ledgix-Signature is sha256= and the HMAC-SHA256 in hex."
          dismissible={false}
        >
          <div className="flex flex-col gap-4">
            <output
              data-testid="webhook-secret"
              className="block rounded-md border border-line bg-sunken p-3 font-mono text-xs break-all select-all"
            >
              {shown?.secret}
            </output>
            {shown?.previous_secret_until && (
              <p className="text-muted">
                Until <Time at={shown.previous_secret_until} /> deliveries carry the signature of the secret before, too, in
                X-Ledgix-Signature-Previous.
              </p>
            )}
            <div className="flex justify-between">
              <CopyButton text={shown?.secret ?? ""} label="Copy secret" />
              <Button onClick={() => setShown(null)}>I have stored it</Button>
            </div>
          </div>
        </DialogContent>
      </Dialog>
    </section>
  );
}

type LineProps = {
  client: string;
  webhook: Webhook;
  mayWrite: boolean;
  isPending: boolean;
  onSwitch: () => void;
  onRotate: () => void;
  onDelete: () => void;
};

function WebhookLine({ client, webhook, mayWrite, isPending, onSwitch, onRotate, onDelete }: LineProps) {
  const log = `/${client}/settings/notifications/log?${new URLSearchParams({ channel: "webhook", target: webhook.webhook_id })}`;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-mono text-xs break-all">{webhook.url}</span> {!webhook.is_enabled && <Badge>off</Badge>}
          {webhook.previous_secret_until && (
            <Badge tone="paused">
              two secrets, <Time at={webhook.previous_secret_until} />
            </Badge>
          )}
        </p>
        <p className="text-muted">{webhook.events.join(", ")}</p>
      </div>
      <div className="flex flex-wrap items-center gap-1">
        <Button asChild variant="ghost" size="sm">
          <Link href={log}>Deliveries</Link>
        </Button>
        {mayWrite && (
          <>
            <Button variant="ghost" size="sm" disabled={isPending} onClick={onSwitch}>
              {webhook.is_enabled ? "Switch off" : "Switch on"}
            </Button>
            <ConfirmButton
              label="Rotate secret"
              title="Rotate the signing secret"
              consequence="A new secret signs from now on. For one day each delivery carries the signature of the old one as well."
              confirm="Rotate secret"
              onConfirm={onRotate}
              variant="secondary"
            />
            <ConfirmButton
              label="Delete"
              title="Delete the webhook"
              consequence={`${new URL(webhook.url).host} is not told any more, and what waits for it is not sent.`}
              confirm="Delete webhook"
              onConfirm={onDelete}
            />
          </>
        )}
      </div>
    </li>
  );
}

function WebhookForm({ isPending, onSubmit }: { isPending: boolean; onSubmit: (input: z.infer<typeof newWebhook>) => void }) {
  const [error, setError] = useState<string | null>(null);
  return (
    <Form
      submit={isPending ? "Adding…" : "Add webhook"}
      isPending={isPending}
      error={error}
      onSubmit={(form) => {
        const parsed = newWebhook.safeParse({ url: String(form.get("url") ?? "").trim(), events: form.getAll("events") });
        const [issue] = parsed.error?.issues ?? [];
        if (!parsed.success) return setError(`${issue?.path[0] === "url" ? "The address" : "Events:"} ${issue?.message}.`);
        onSubmit(parsed.data);
      }}
    >
      <Field label="Address" hint="https. Private and loopback addresses are refused unless the operator allows them.">
        {(ids) => <Input {...ids} name="url" type="url" placeholder="https://example.com/ledgix" autoComplete="off" />}
      </Field>
      <fieldset>
        <legend className="mb-1.5 font-semibold">Events</legend>
        <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-2">
          {webhookEvents.map((name) => (
            <label key={name} className="flex items-center gap-1.5">
              <input
                type="checkbox"
                name="events"
                value={name}
                defaultChecked={name === "review.decided"}
                className="accent-(--accent)"
              />
              {notificationEvents[name].label}
            </label>
          ))}
        </div>
      </fieldset>
    </Form>
  );
}
