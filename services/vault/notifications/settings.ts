import {
  type NotificationRoute,
  type NotificationSettings,
  type NotificationSettingsUpdate,
  type StoredNotificationSettings,
  storedNotificationSettings,
} from "@ledgix/contract/notifications";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { IfMatch } from "../http/if-match.ts";
import { addressesOfRoute, assertRoutesName, formerWarnings, readMailing } from "../people/mailing.ts";
import { propose } from "../proposals/propose.ts";
import { saveDocument } from "../settings/save.ts";
import { readVersion, settingsRow } from "../settings/version.ts";
import { listUnreachable } from "./recipients.ts";
import { readInstallation } from "./slack/installation.ts";

const document = settingsRow("notifications", storedNotificationSettings);
const SELECT = "select value, updated_at, updated_by from settings where name = 'notifications'";
const row = z.object({ value: storedNotificationSettings, updated_at: z.date(), updated_by: z.string() });

/** What is set; the defaults tell nobody. */
export async function storedSettings(database: Queryable): Promise<StoredNotificationSettings> {
  return (await database.row(row, SELECT))?.value ?? storedNotificationSettings.parse({});
}

type Deps = Pick<VaultDependencies, "controlPlane" | "mailer" | "slack">;

/** `GET /notification-settings`: what is set, and what keeps somebody from being told. */
export async function readNotificationSettings(deps: Deps, clientId: string, database: Queryable): Promise<NotificationSettings> {
  const version = await readVersion(database, document);
  const stored = await database.row(row, SELECT);
  const value = stored?.value ?? storedNotificationSettings.parse({});
  const channels = { email: deps.mailer !== null, slack: deps.slack !== null && (await readInstallation(database)) !== null };
  const unreachable = await listUnreachable(database);
  return {
    ...value,
    version,
    updated_at: stored?.updated_at.toISOString() ?? null,
    updated_by: stored?.updated_by ?? null,
    unreachable,
    channels,
    warnings: await findWarnings(deps, clientId, value.routes, channels, new Set(unreachable.map(({ email }) => email))),
  };
}

/** Routes that nobody can receive, and events that no route takes. */
async function findWarnings(
  deps: Deps,
  clientId: string,
  routes: NotificationRoute[],
  channels: NotificationSettings["channels"],
  unreachable: Set<string>,
): Promise<NotificationSettings["warnings"]> {
  const mailing = await readMailing(deps, clientId);
  const warnings: NotificationSettings["warnings"] = routes
    .filter((route) => route.is_enabled)
    .flatMap((route) => {
      const addresses = addressesOfRoute(route, mailing);
      const reachable = addresses.filter((address) => !unreachable.has(address));
      const bySlack = channels.slack && route.to.slack.length > 0;
      const byMail = channels.email && reachable.length > 0;
      if (bySlack || byMail) return [];
      return [
        { route_id: route.id, detail: `Nobody can receive “${route.name}”: ${whyUnreachable(route, channels, addresses)}` },
      ];
    });
  warnings.push(...formerWarnings(routes, mailing));
  const isTold = routes.some((route) => route.is_enabled && route.events.includes("review.pending") && route.after === null);
  if (isTold) return warnings;
  return [
    { route_id: null, detail: "Nobody is told when a request pauses. Only who has the console open sees it." },
    ...warnings,
  ];
}

function whyUnreachable(route: NotificationRoute, channels: NotificationSettings["channels"], addresses: string[]): string {
  if (route.to.slack.length > 0 && !channels.slack) return "Slack is not connected.";
  if (addresses.length > 0 && !channels.email) return "no mail server is configured.";
  if (addresses.length > 0) return "every address has bounced or unsubscribed.";
  if (route.to.roles.length > 0) return `no member is ${route.to.roles.join(" or ")}.`;
  return "it names no channel, address or role.";
}

/** Changes what was sent and keeps the rest. The audit trail keeps what it was before and after. @throws {ProblemError} `settings_changed` */
export async function updateNotificationSettings(
  deps: Deps,
  database: Database,
  principal: Principal,
  update: NotificationSettingsUpdate,
  ifMatch: IfMatch,
): Promise<NotificationSettings> {
  if (principal.kind === "key") {
    await propose(deps, database, principal, { kind: "notification_settings", value: update });
    return readNotificationSettings(deps, principal.clientId, database);
  }
  const write = async (transaction: Queryable) => {
    await assertRoutesName(deps, principal.clientId, update.routes ?? []);
    const before = await storedSettings(transaction);
    const after = storedNotificationSettings.parse({ ...before, ...update });
    await transaction.run(
      `insert into settings (name, value, updated_by) values ('notifications', $1::json, $2)
       on conflict (name) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()`,
      [JSON.stringify(after), principalLabel(principal)],
    );
    const names = (Object.keys(after) as (keyof StoredNotificationSettings)[]).filter(
      (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
    );
    const pick = (settings: StoredNotificationSettings) => Object.fromEntries(names.map((name) => [name, settings[name]]));
    await audit(deps, principal, "settings.notifications_changed", "notification-settings", {
      before: pick(before),
      after: pick(after),
    });
  };
  const read = (transaction: Queryable) => readNotificationSettings(deps, principal.clientId, transaction);
  return saveDocument(database, document, { ifMatch, by: principalLabel(principal), read, write });
}
