import type { Metadata } from "next";
import { AccountPage } from "@/components/settings/account-page";
import { offersSecondFactor } from "@/lib/auth/second-factor";
import { memberMay, requireMember } from "@/lib/session";
import { supabase } from "@/lib/supabase/server";

export const metadata: Metadata = { title: "You" };

export default async function Account({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  return (
    <AccountPage
      client={client}
      email={member.email}
      mayReview={memberMay(member, "reviews:collaborate")}
      mayUseSecondFactor={await offersSecondFactor(await supabase())}
    />
  );
}
