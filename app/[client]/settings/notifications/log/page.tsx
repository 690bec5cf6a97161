import type { Metadata } from "next";
import { DeliveryLog } from "@/components/notifications/delivery-log";
import { memberMay, requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Delivery log" };

export default async function Log({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  return <DeliveryLog client={client} mayWrite={memberMay(member, "settings:write")} />;
}
