"use client";

import { type Delivery, notificationEvents } from "@ledgix/contract/notifications";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleMinus, CircleX } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { changeAddress } from "@/lib/address";
import { resendDelivery } from "@/lib/notifications/actions";
import { deliveriesQuery } from "@/lib/vault/queries";

const looks = {
  delivered: { icon: CircleCheck, className: "text-approved", word: "Delivered" },
  waiting: { icon: CircleDashed, className: "text-paused", word: "Waiting" },
  failed: { icon: CircleX, className: "text-denied", word: "Failed" },
  skipped: { icon: CircleMinus, className: "text-muted", word: "Not sent" },
} as const;
const labels: Record<string, string> = {
  "review.mentioned": "Somebody is named in a comment",
  ...Object.fromEntries(Object.entries(notificationEvents).map(([name, { label }]) => [name, label])),
};

/** What was sent to whom, what became of it, and why it was not. */
export function DeliveryLog({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const params = useSearchParams();
  const filter = { status: params.get("status") ?? "", channel: params.get("channel") ?? "", target: params.get("target") ?? "" };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    deliveriesQuery(client, filter),
  );
  const deliveries = data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <Page
      title="Delivery log"
      description="Every message, newest first. What could not be delivered is tried again for 24 hours."
      actions={
        <Button asChild variant="secondary" size="sm">
          <Link href={`/${client}/settings/notifications`}>Back to the routes</Link>
        </Button>
      }
    >
      <search className="flex flex-wrap gap-2">
        <Select
          aria-label="Status"
          className="w-40"
          value={filter.status}
          onChange={(event) => changeAddress({ status: event.target.value })}
        >
          <option value="">Every status</option>
          {Object.entries(looks).map(([name, { word }]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Channel"
          className="w-40"
          value={filter.channel}
          onChange={(event) => changeAddress({ channel: event.target.value })}
        >
          <option value="">Every channel</option>
          <option value="email">E-mail</option>
          <option value="slack">Slack</option>
          <option value="webhook">Webhook</option>
        </Select>
        {filter.target && (
          <Button variant="ghost" onClick={() => changeAddress({ target: "" })}>
            Every receiver
          </Button>
        )}
      </search>
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading the log" />
        ) : deliveries.length === 0 ? (
          <EmptyState title="Nothing here">No message has been sent that fits. Add a route, or send a test from one.</EmptyState>
        ) : (
          <ul aria-label="Deliveries" className="divide-y divide-line">
            {deliveries.map((delivery) => (
              <DeliveryLine key={delivery.delivery_id} client={client} delivery={delivery} mayWrite={mayWrite} />
            ))}
          </ul>
        )}
      </Panel>
      {hasNextPage && (
        <Button variant="secondary" className="self-center" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {isFetchingNextPage ? "Reading…" : "Show older messages"}
        </Button>
      )}
    </Page>
  );
}

function DeliveryLine({ client, delivery, mayWrite }: { client: string; delivery: Delivery; mayWrite: boolean }) {
  const { icon: Icon, className, word } = looks[delivery.status];
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const resend = () =>
    start(async () => {
      const result = await resendDelivery(client, delivery.delivery_id);
      if (!result.ok) return void toast.error(result.error);
      await queries.invalidateQueries({ queryKey: [client, "deliveries"] });
    });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <span className={`flex w-24 items-center gap-1.5 font-semibold ${className}`}>
        <Icon className="size-4 shrink-0" aria-hidden /> {word}
      </span>
      <div className="min-w-0 flex-1 basis-64">
        <p className="break-words">
          {labels[delivery.event_type] ?? delivery.event_type}, to{" "}
          <span className="font-semibold break-all">{delivery.target_label}</span>
        </p>
        <p className="text-xs break-words text-muted">
          {delivery.route_name
            ? `by the route ${delivery.route_name}`
            : delivery.channel === "webhook"
              ? "by a webhook"
              : "by name or duty"}
          {delivery.attempts > 1 && `, ${delivery.attempts} attempts`}
          {delivery.last_error && `. ${delivery.last_error}`}
          {delivery.status === "waiting" && (
            <>
              {" "}
              Next <Time at={delivery.not_before} />
            </>
          )}
        </p>
      </div>
      <Time at={delivery.created_at} className="text-muted" />
      {delivery.request_id && (
        <Button asChild variant="ghost" size="sm">
          <Link href={`/${client}/reviews/${delivery.request_id}`}>Case</Link>
        </Button>
      )}
      {mayWrite && delivery.status !== "waiting" && (
        <Button variant="ghost" size="sm" disabled={isPending} onClick={resend}>
          Resend
        </Button>
      )}
    </li>
  );
}
