import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PolicyEditor } from "@/components/policies/policy-editor";
import { memberMay, requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Write rules" };

export default async function NewPolicy({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  if (!memberMay(member, "policies:write")) notFound();
  return <PolicyEditor client={client} policy={null} />;
}
