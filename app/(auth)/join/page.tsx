import type { Metadata } from "next";
import { JoinTenant } from "@/components/members/join-tenant";

export const metadata: Metadata = { title: "Invitation" };

export default function JoinPage() {
  return <JoinTenant />;
}
