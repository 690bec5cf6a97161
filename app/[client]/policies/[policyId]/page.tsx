import type { Metadata } from "next";
import { PolicyReader } from "@/components/policies/policy-reader";
import { requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Policy" };

type Props = {
  params: Promise<{ client: string; policyId: string }>;
  searchParams: Promise<{ version?: string; start?: string; end?: string }>;
};

export default async function Policy({ params, searchParams }: Props) {
  const { client, policyId } = await params;
  const { version, start, end } = await searchParams;
  await requireMember(client);
  const range = start && end ? { start: Number(start), end: Number(end) } : null;
  return <PolicyReader client={client} policyId={decodeURIComponent(policyId)} version={version ?? null} highlight={range} />;
}
