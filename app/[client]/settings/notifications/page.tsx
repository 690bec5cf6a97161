import { notificationSettings } from "@ledgix/contract/notifications";
import type { Metadata } from "next";
import { NotificationsPage } from "@/components/notifications/notifications-page";
import { Prefetched } from "@/components/shell/prefetched";
import { memberMay, requireMember } from "@/lib/session";
import { notificationsQuery } from "@/lib/vault/queries";
import { readVault } from "@/lib/vault/server";

export const metadata: Metadata = { title: "Notifications" };

export default async function Notifications({ params }: { params: Promise<{ client: string }> }) {
  const { client } = await params;
  const member = await requireMember(client);
  const read = await readVault(member, "/notification-settings", notificationSettings);
  return (
    <Prefetched fill={(queries) => queries.setQueryData(notificationsQuery(client).queryKey, read)}>
      <NotificationsPage client={client} mayWrite={memberMay(member, "settings:write")} />
    </Prefetched>
  );
}
