import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";

/** Renders a feature with what the server has read for it already, so that its first paint is whole. */
export function Prefetched({ fill, children }: { fill: (client: QueryClient) => void; children: ReactNode }) {
  const client = new QueryClient();
  fill(client);
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
