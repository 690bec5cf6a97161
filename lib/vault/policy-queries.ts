import { backtestList } from "@ledgix/contract/backtest";
import { confluenceSources } from "@ledgix/contract/confluence";
import { embeddingState } from "@ledgix/contract/judge";
import { caseList, policyDocument, policyList, policyTerms, policyUploads } from "@ledgix/contract/policy";
import { proposalList } from "@ledgix/contract/proposal";
import { observedTools, policyCoverage } from "@ledgix/contract/tool";
import { queryOptions } from "@tanstack/react-query";
import { read, vaultPath } from "./read";

// What the browser reads live about policies.

export function policiesQuery(client: string) {
  return queryOptions({
    queryKey: [client, "policies"],
    queryFn: ({ signal }) => read(vaultPath(client, "/policies"), policyList, signal),
    // Asks again while something is being indexed.
    refetchInterval: ({ state }) => (state.data?.policies.some((policy) => policy.indexing === "indexing") ? 1_500 : false),
  });
}

export function policyQuery(client: string, policyId: string, version: string | null) {
  return queryOptions({
    queryKey: [client, "policy", policyId, version],
    queryFn: ({ signal }) =>
      read(
        vaultPath(client, `/policies/${encodeURIComponent(policyId)}${version ? `?version=${version}` : ""}`),
        policyDocument,
        signal,
      ),
  });
}

/** Asks again while a document is on its way; then the policies have changed too. */
export function uploadsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "policy-uploads"],
    queryFn: ({ signal }) => read(vaultPath(client, "/policy-uploads"), policyUploads, signal),
    refetchInterval: ({ state }) => (state.data?.uploads.some(isOnItsWay) ? 1_000 : false),
  });
}
export const isOnItsWay = ({ state }: { state: string }) => state !== "ready" && state !== "refused";

export function casesQuery(client: string, policyId: string, version: string) {
  return queryOptions({
    queryKey: [client, "policy", policyId, "cases", version],
    queryFn: ({ signal }) =>
      read(vaultPath(client, `/policies/${encodeURIComponent(policyId)}/cases?version=${version}`), caseList, signal),
  });
}

export function backtestsQuery(client: string, policyId: string) {
  return queryOptions({
    queryKey: [client, "policy", policyId, "backtests"],
    queryFn: ({ signal }) => read(vaultPath(client, `/policies/${encodeURIComponent(policyId)}/backtests`), backtestList, signal),
    refetchInterval: ({ state }) => (state.data?.backtests.some(({ state: each }) => each === "running") ? 700 : false),
  });
}

export function coverageQuery(client: string) {
  return queryOptions({
    queryKey: [client, "policy-coverage"],
    queryFn: ({ signal }) => read(vaultPath(client, "/policy-coverage"), policyCoverage, signal),
  });
}

export function toolsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "tools"],
    queryFn: ({ signal }) => read(vaultPath(client, "/tools"), observedTools, signal),
  });
}

/** Asks again while a source is read for the first time. */
export function confluenceQuery(client: string) {
  return queryOptions({
    queryKey: [client, "confluence"],
    queryFn: ({ signal }) => read(vaultPath(client, "/confluence"), confluenceSources, signal),
    refetchInterval: ({ state }) => (state.data?.sources.some(({ synced_at }) => synced_at === null) ? 1_500 : false),
  });
}

export function proposalsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "proposals"],
    queryFn: ({ signal }) => read(vaultPath(client, "/proposals"), proposalList, signal),
  });
}

export function termsQuery(client: string) {
  return queryOptions({
    queryKey: [client, "policy-terms"],
    queryFn: ({ signal }) => read(vaultPath(client, "/policy-terms"), policyTerms, signal),
  });
}

/** Asks again while passages are embedded by another model. */
export function embeddingQuery(client: string) {
  return queryOptions({
    queryKey: [client, "policy-embedding"],
    queryFn: ({ signal }) => read(vaultPath(client, "/policy-embedding"), embeddingState, signal),
    refetchInterval: ({ state }) => (state.data && state.data.known < state.data.wanted ? 3_000 : false),
    retry: false,
  });
}
