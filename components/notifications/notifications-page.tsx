"use client";

import { jsonObject } from "@ledgix/contract/json";
import {
  type NotificationRoute,
  type NotificationSettings,
  type NotificationSettingsUpdate,
  storedNotificationSettings,
} from "@ledgix/contract/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, ScrollText, TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { describeDifferences } from "@/components/proposals/describe-differences";
import { Proposals } from "@/components/proposals/proposals";
import { useSettings } from "@/components/settings/use-settings";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import { reinstateAddress, saveNotifications } from "@/lib/notifications/actions";
import { notificationsQuery } from "@/lib/vault/queries";
import { describeWhat, describeWhom } from "./describe-route";
import { QuietHours } from "./quiet-hours";
import { RouteForm } from "./route-form";

/** What most tenants begin with. */
const suggested: NotificationRoute = {
  id: "paused",
  name: "Paused requests",
  is_enabled: true,
  events: ["review.pending", "review.escalated"],
  when: { tools: [], rules: [], environments: [], minimum_severity: "info", hours: null },
  to: { slack: [], emails: [], roles: ["owner", "admin", "reviewer"] },
  cadence: "at_once",
  after: null,
};

/** Who is told of what, by which way. */
export function NotificationsPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(notificationsQuery(client));
  const [edited, setEdited] = useState<{ route: NotificationRoute | null; base: NotificationSettings } | null>(null);
  const [isReinstating, start] = useTransition();
  const queries = useQueryClient();
  const keep = (settings: NotificationSettings) =>
    queries.setQueryData(notificationsQuery(client).queryKey, settings) ?? settings;
  const settings = useSettings({
    content: (read: NotificationSettings) => jsonObject.parse(storedNotificationSettings.parse(read)),
    send: (update: NotificationSettingsUpdate, version) => saveNotifications(client, update, version),
    onSaved: keep,
    onRead: keep,
  });
  const isPending = isReinstating || settings.isPending;
  const routes = data?.routes ?? [];
  const save = (update: NotificationSettingsUpdate, done: string, canUndo = false) =>
    data && settings.save({ base: data, update, done, canUndo });
  const put = (route: NotificationRoute) => {
    if (edited === null) return;
    // On what the form began with: a route that was deleted since is not new.
    const known = edited.base.routes;
    settings.save({
      base: edited.base,
      update: {
        routes: edited.route === null ? [...known, route] : known.map((each) => (each.id === route.id ? route : each)),
      },
      done: `${route.name} is saved.`,
      isTyped: true,
      onSettled: () => setEdited(null),
    });
  };
  const reinstate = (email: string) =>
    start(async () => {
      const result = await reinstateAddress(client, email);
      if (!result.ok) return void toast.error(result.error);
      keep(result.data);
      toast.success(`${email} gets mail again.`);
    });
  return (
    <Page
      title="Notifications"
      description="Who is told of what. Everything is kept until it was delivered, also through restarts and outages."
      actions={
        <>
          <Button asChild variant="secondary" size="sm">
            <Link href={`/${client}/settings/notifications/log`}>
              <ScrollText /> Delivery log
            </Link>
          </Button>
          {mayWrite && data && (
            <Button size="sm" onClick={() => setEdited({ route: null, base: data })}>
              <Plus /> Add route
            </Button>
          )}
        </>
      }
    >
      {data && (
        <Proposals
          client={client}
          kinds={["notification_settings"]}
          mayWrite={mayWrite}
          linesOf={({ value }) => describeDifferences(jsonObject.parse(data), value)}
          versionOf={() => data.version}
        />
      )}
      {data && data.warnings.length > 0 && (
        <ul aria-label="Warnings" className="flex flex-col gap-2">
          {data.warnings.map((warning) => (
            <li
              key={`${warning.route_id}${warning.detail}`}
              className="flex items-start gap-2 rounded-md bg-paused-soft px-3 py-2 text-paused"
            >
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> {warning.detail}
            </li>
          ))}
        </ul>
      )}
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading routes" rows={3} />
        ) : routes.length === 0 ? (
          <EmptyState
            title="Nobody is told yet"
            action={
              mayWrite && (
                <Button
                  variant="secondary"
                  disabled={isPending}
                  onClick={() => save({ routes: [...routes, suggested] }, `${suggested.name} is saved.`)}
                >
                  Mail everybody who decides
                </Button>
              )
            }
          >
            A route sends events to Slack or by e-mail. Begin with one that tells everybody who decides of each paused request.
          </EmptyState>
        ) : (
          <ul aria-label="Routes" className="divide-y divide-line">
            {routes.map((route) => (
              <li key={route.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
                <div className="min-w-0 flex-1 basis-72">
                  <p className="flex flex-wrap items-center gap-2 font-semibold">
                    {route.name} {!route.is_enabled && <Badge>off</Badge>}
                  </p>
                  <p className="break-words">{describeWhat(route)}</p>
                  <p className="break-words text-muted">to {describeWhom(route)}</p>
                </div>
                {mayWrite && (
                  <div className="flex items-center gap-1">
                    <Button
                      variant="ghost"
                      size="sm"
                      disabled={isPending}
                      aria-label={`Switch ${route.name} ${route.is_enabled ? "off" : "on"}`}
                      onClick={() => {
                        const switched = { ...route, is_enabled: !route.is_enabled };
                        const next = routes.map((known) => (known.id === route.id ? switched : known));
                        save({ routes: next }, `${route.name} is saved.`);
                      }}
                    >
                      {route.is_enabled ? "Switch off" : "Switch on"}
                    </Button>
                    <Button
                      variant="secondary"
                      size="sm"
                      aria-label={`Edit ${route.name}`}
                      onClick={() => setEdited({ route, base: data })}
                    >
                      Edit
                    </Button>
                    <ConfirmButton
                      label="Delete"
                      accessibleLabel={`Delete ${route.name}`}
                      title={`Delete the route ${route.name}`}
                      consequence={`${describeWhom(route)} will not be told any more of: ${describeWhat(route)}.`}
                      confirm="Delete route"
                      onConfirm={() =>
                        save({ routes: routes.filter(({ id }) => id !== route.id) }, `${route.name} is deleted.`, true)
                      }
                    />
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {data && (
        <QuietHours
          settings={data}
          isPending={isPending}
          mayWrite={mayWrite}
          onSave={(base, update, onSettled) =>
            settings.save({ base, update, done: "The hours are saved.", isTyped: true, onSettled })
          }
        />
      )}
      {data && data.unreachable.length > 0 && (
        <section className="flex flex-col gap-2">
          <h2 className="font-semibold">Addresses that get no mail</h2>
          <Panel>
            <ul aria-label="Addresses that get no mail" className="divide-y divide-line">
              {data.unreachable.map((address) => (
                <li key={address.email} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
                  <span className="min-w-0 flex-1 basis-60 break-all">
                    {address.email} <Badge tone={address.reason === "bounced" ? "denied" : "neutral"}>{address.reason}</Badge>
                    <span className="block text-xs text-muted">
                      {address.detail} <Time at={address.at} />
                    </span>
                  </span>
                  {mayWrite && address.reason === "bounced" && (
                    <Button variant="secondary" size="sm" disabled={isPending} onClick={() => reinstate(address.email)}>
                      Try again
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </Panel>
        </section>
      )}
      <Dialog open={edited !== null} onOpenChange={(open) => !open && setEdited(null)}>
        <DialogContent title={edited?.route ? "Edit the route" : "Add a route"} className="sm:w-[min(44rem,calc(100vw-2rem))]">
          {edited !== null && data && (
            <RouteForm
              client={client}
              initial={
                edited.route ?? { ...suggested, id: crypto.randomUUID(), name: "", to: { slack: [], emails: [], roles: [] } }
              }
              channels={data.channels}
              isPending={isPending}
              onSave={put}
            />
          )}
        </DialogContent>
      </Dialog>
      {settings.dialog}
    </Page>
  );
}
