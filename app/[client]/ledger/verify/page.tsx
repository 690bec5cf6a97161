import type { Metadata } from "next";
import { VerifyPage } from "@/components/ledger/verify-page";
import { requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Verify the ledger" };

export default async function Verify({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  await requireMember(client);
  return <VerifyPage client={client} />;
}
