import { ledgerPage } from "@ledgix/contract/ledger";
import type { Metadata } from "next";
import { LedgerPage } from "@/components/ledger/ledger-page";
import { Prefetched } from "@/components/shell/prefetched";
import { requireMember } from "@/lib/session";
import { ledgerQuery } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Ledger" };

export default async function Ledger({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const page = await readVault(member, "/ledger?view=full&limit=100", ledgerPage);
  const { queryKey } = ledgerQuery(client, {});
  return (
    <Prefetched fill={(queries) => queries.setQueryData(queryKey, { pages: [page], pageParams: [""] })}>
      <LedgerPage client={client} />
    </Prefetched>
  );
}
