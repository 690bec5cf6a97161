import type { Metadata } from "next";
import { PolicyPage } from "@/components/policies/policy-page";
import { memberMay, requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Policy" };

type Props = {
  params: Promise<{ client: string; policyId: string }>;
  searchParams: Promise<{ version?: string; start?: string; end?: string }>;
};

export default async function Policy({ params, searchParams }: Props) {
  const { client, policyId } = await params;
  const { version, start, end } = await searchParams;
  const member = await requireMember(client);
  const range = start && end && Number(end) > Number(start) ? { start: Number(start), end: Number(end) } : null;
  return (
    <PolicyPage
      client={client}
      policyId={decodeURIComponent(policyId)}
      version={version ?? null}
      highlight={range}
      mayWrite={memberMay(member, "policies:write")}
    />
  );
}
