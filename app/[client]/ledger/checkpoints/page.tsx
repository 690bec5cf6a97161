import type { Metadata } from "next";
import { CheckpointsPage } from "@/components/ledger/checkpoints-page";
import { requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Checkpoints" };

export default async function Checkpoints({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  await requireMember(client);
  return <CheckpointsPage client={client} />;
}
