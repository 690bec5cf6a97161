import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ComparePage } from "@/components/policies/compare-page";
import { requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "What changed" };

type Props = { params: Promise<{ client: string; policyId: string }>; searchParams: Promise<{ from?: string; to?: string }> };

export default async function Compare({ params, searchParams }: Props) {
  const { client, policyId } = await params;
  const { from, to } = await searchParams;
  await requireMember(client);
  if (!from || !to) notFound();
  return <ComparePage client={client} policyId={decodeURIComponent(policyId)} from={from} to={to} />;
}
