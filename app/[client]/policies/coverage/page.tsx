import { policyCoverage } from "@ledgix/contract/tool";
import type { Metadata } from "next";
import { CoveragePage } from "@/components/policies/coverage-page";
import { Prefetched } from "@/components/shell/prefetched";
import { requireMember } from "@/lib/session";
import { coverageQuery } from "@/lib/vault/policy-queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Coverage" };

export default async function Coverage({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const coverage = await readVault(await requireMember(client), "/policy-coverage", policyCoverage);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(coverageQuery(client).queryKey, coverage)}>
      <CoveragePage client={client} />
    </Prefetched>
  );
}
