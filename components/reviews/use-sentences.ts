"use client";

import { type DescribedCall, describeCall, type Sentence } from "@ledgix/sentence/describe";
import { useQuery } from "@tanstack/react-query";
import { settingsQuery } from "@/lib/vault/queries";

/** How calls read for this tenant: by the templates that its admins wrote, else by what the names say. */
export function useSentences(client: string): (call: DescribedCall) => Sentence {
  const { data } = useQuery({ ...settingsQuery(client), staleTime: 60_000 });
  const templates = data?.templates ?? {};
  return (call) => describeCall(call, Object.hasOwn(templates, call.tool_name) ? templates[call.tool_name] : undefined);
}
