import { insights } from "@ledgix/contract/insights";
import { checkpointList, ledgerDensity, ledgerPage, proofBundle } from "@ledgix/contract/ledger";
import { deliveryList, notificationSettings, slackState, slackTargets, webhookList } from "@ledgix/contract/notifications";
import { absences, reviewCase, reviewList, savedViews } from "@ledgix/contract/review";
import { shownReviewSettings, tenantSettings, thresholdHistory } from "@ledgix/contract/settings";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type AuditFilter, auditPage } from "../audit/schema";
import { keyList } from "../keys/schema";
import { memberList } from "../members/schema";
import { ReadFailed, read, vaultPath } from "./read";

// What the browser reads live, through the console's own API. Keys begin with the tenant, so that a switch never mixes two.

/** The query parameters of `GET /reviews` that are set. */
export type ReviewFilter = Record<string, string>;
/** What the queue opens with. */
export const waitingCases: ReviewFilter = { status: "pending_review" };

export function reviewsQuery(client: string, filter: ReviewFilter) {
  return infiniteQueryOptions({
    queryKey: [client, "reviews", filter],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ ...filter, ...(pageParam && { cursor: pageParam }) });
      return read(vaultPath(client, `/reviews?${query}`), reviewList, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function reviewQuery(client: string, requestId: string) {
  return queryOptions({
    queryKey: [client, "review", requestId],
    queryFn: ({ signal }) => read(vaultPath(client, `/reviews/${requestId}`), reviewCase, signal),
  });
}

export function savedViewsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "views"],
    queryFn: ({ signal }) => read(vaultPath(client, "/review-views"), savedViews, signal),
  });
}

export function absencesQuery(client: string) {
  return queryOptions({
    queryKey: [client, "absences"],
    queryFn: ({ signal }) => read(vaultPath(client, "/absence"), absences, signal),
  });
}

/** The query parameters of `GET /ledger` that are set. */
export type LedgerFilter = Record<string, string>;

export function ledgerQuery(client: string, filter: LedgerFilter) {
  return infiniteQueryOptions({
    queryKey: [client, "ledger", filter],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ view: "full", limit: "100", ...filter, ...(pageParam && { cursor: pageParam }) });
      return read(vaultPath(client, `/ledger?${query}`), ledgerPage, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function densityQuery(client: string, filter: LedgerFilter) {
  return queryOptions({
    queryKey: [client, "density", filter],
    queryFn: ({ signal }) => read(vaultPath(client, `/ledger/density?${new URLSearchParams(filter)}`), ledgerDensity, signal),
  });
}

export function insightsQuery(client: string, days: number) {
  return queryOptions({
    queryKey: [client, "insights", days],
    queryFn: ({ signal }) => read(vaultPath(client, `/insights?days=${days}`), insights, signal),
  });
}

/** What happened with one request, newest first. */
export function lifelineQuery(client: string, requestId: string) {
  return queryOptions({
    queryKey: [client, "lifeline", requestId],
    queryFn: ({ signal }) =>
      read(vaultPath(client, `/ledger?${new URLSearchParams({ view: "full", request_id: requestId })}`), ledgerPage, signal),
  });
}

export function checkpointsQuery(client: string) {
  return infiniteQueryOptions({
    queryKey: [client, "checkpoints"],
    queryFn: ({ pageParam, signal }) =>
      read(
        vaultPath(client, `/ledger/checkpoints?strict=1&limit=100${pageParam && `&cursor=${pageParam}`}`),
        checkpointList,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function bundleQuery(client: string, eventUuid: string) {
  return queryOptions({
    queryKey: [client, "bundle", eventUuid],
    queryFn: ({ signal }) => read(vaultPath(client, `/ledger/proof/bundle?event_uuid=${eventUuid}`), proofBundle, signal),
    // Until the next checkpoint there is no proof yet.
    retry: (count, error) => count < 30 && error instanceof ReadFailed && error.code === "not_sequenced",
    retryDelay: 2_000,
  });
}

export function settingsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "settings"],
    queryFn: ({ signal }) => read(vaultPath(client, "/review-settings"), shownReviewSettings, signal),
  });
}

export function thresholdHistoryQuery(client: string, tool: string) {
  return queryOptions({
    queryKey: [client, "threshold-history", tool],
    queryFn: ({ signal }) =>
      read(vaultPath(client, `/review-settings/history${tool && `?${new URLSearchParams({ tool })}`}`), thresholdHistory, signal),
  });
}

export function notificationsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "notifications"],
    queryFn: ({ signal }) => read(vaultPath(client, "/notification-settings"), notificationSettings, signal),
  });
}

export function slackQuery(client: string) {
  return queryOptions({
    queryKey: [client, "slack"],
    queryFn: ({ signal }) => read(vaultPath(client, "/slack"), slackState, signal),
  });
}

export function slackTargetsQuery(client: string, words: string) {
  return queryOptions({
    queryKey: [client, "slack-targets", words],
    queryFn: ({ signal }) => read(vaultPath(client, `/slack/targets?${new URLSearchParams({ q: words })}`), slackTargets, signal),
    staleTime: 60_000,
  });
}

export function webhooksQuery(client: string) {
  return queryOptions({
    queryKey: [client, "webhooks"],
    queryFn: ({ signal }) => read(vaultPath(client, "/webhooks"), webhookList, signal),
  });
}

export type DeliveryFilter = { status: string; channel: string; target: string };

export function deliveriesQuery(client: string, filter: DeliveryFilter) {
  return infiniteQueryOptions({
    queryKey: [client, "deliveries", filter],
    queryFn: ({ pageParam, signal }) => {
      const set = Object.entries({ ...filter, cursor: pageParam }).filter(([, value]) => value !== "");
      return read(vaultPath(client, `/deliveries?${new URLSearchParams(set)}`), deliveryList, signal);
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.deliveries.some(({ status }) => status === "waiting") ? 3_000 : false),
  });
}

export function tenantSettingsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "tenant-settings"],
    queryFn: ({ signal }) => read(vaultPath(client, "/tenant-settings"), tenantSettings, signal),
  });
}

export function keysQuery(client: string) {
  return queryOptions({
    queryKey: [client, "keys"],
    queryFn: ({ signal }) => read(`/api/${client}/keys`, keyList, signal),
  });
}

export function membersQuery(client: string) {
  return queryOptions({
    queryKey: [client, "members"],
    queryFn: ({ signal }) => read(`/api/${client}/members`, memberList, signal),
  });
}

export function auditQuery(client: string, filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: [client, "audit", filter],
    queryFn: ({ pageParam, signal }) =>
      read(
        `/api/${client}/audit?${new URLSearchParams({ ...filter, ...(pageParam && { cursor: pageParam }) })}`,
        auditPage,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}
