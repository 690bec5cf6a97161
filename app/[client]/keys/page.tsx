import type { Metadata } from "next";
import { KeysPage } from "@/components/keys/keys-page";
import { Prefetched } from "@/components/shell/prefetched";
import { env } from "@/lib/env";
import { listKeys } from "@/lib/keys/list";
import { memberMay, requireMember } from "@/lib/session";
import { keysQuery } from "@/lib/vault/queries";

export const metadata: Metadata = { title: "Keys" };

export default async function Keys({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const keys = await listKeys(member);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(keysQuery(client).queryKey, keys)}>
      <KeysPage client={client} mayManage={memberMay(member, "keys:write")} vaultUrl={env().VAULT_PUBLIC_URL} />
    </Prefetched>
  );
}
