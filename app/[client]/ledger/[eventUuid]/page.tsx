import type { Metadata } from "next";
import { EntryView } from "@/components/ledger/entry-view";
import { memberMay, requireMember } from "@/lib/session";

export const metadata: Metadata = { title: "Ledger entry" };

export default async function Entry({ params }: { params: Promise<{ client: string; eventUuid: string }> }) {
  const { client, eventUuid } = await params;
  const member = await requireMember(client);
  return <EntryView client={client} eventUuid={eventUuid} mayRedact={memberMay(member, "ledger:redact")} />;
}
