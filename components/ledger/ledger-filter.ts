"use client";

import { useSearchParams } from "next/navigation";
import { changeAddress } from "@/lib/address";
import type { LedgerFilter } from "@/lib/vault/queries";

/** The parts of the ledger's filter that stand in the address, by the names that Vault takes, and what people call them. */
export const ledgerFilterLabels = {
  tool: "Tool",
  agent: "Agent",
  asked_by: "Asked by key",
  policy: "Policy",
  version: "Policy version",
  decision: "Decision",
  reviewer: "Decided by",
  channel: "Decided in",
  request_id: "Request",
  from: "From",
  to: "Until",
} as const;
export type LedgerFilterName = keyof typeof ledgerFilterLabels;
export const ledgerFilterNames = Object.keys(ledgerFilterLabels) as LedgerFilterName[]; // the keys of a literal

export function useLedgerFilter(): LedgerFilter {
  const params = useSearchParams();
  return Object.fromEntries(ledgerFilterNames.flatMap((name) => (params.get(name) ? [[name, params.get(name) ?? ""]] : [])));
}

/** Writes a change of the filter into the address; an empty value takes a part away. */
export const setLedgerFilter = (change: Partial<Record<LedgerFilterName, string>>): void => changeAddress(change);
