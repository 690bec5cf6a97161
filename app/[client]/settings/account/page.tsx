import type { Metadata } from "next";
import { AccountPage } from "@/components/settings/account-page";
import { memberMay, requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "You" };

export default async function Account({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  return <AccountPage client={client} email={member.email} mayReview={memberMay(member, "reviews:collaborate")} />;
}
