import { insights } from "@ledgix/contract/insights";
import type { Metadata } from "next";
import { InsightsPage } from "@/components/insights/insights-page";
import { Prefetched } from "@/components/shell/prefetched";
import { requireMember } from "@/lib/session";
import { insightsQuery } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Insights" };

export default async function InsightsRoute({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const read = await readVault(member, "/insights?days=30", insights);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(insightsQuery(client, 30).queryKey, read)}>
      <InsightsPage client={client} />
    </Prefetched>
  );
}
