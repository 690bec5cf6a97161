import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";

const installation = z.object({ team_id: z.string(), team_name: z.string(), installed_by: z.string(), installed_at: z.string() });
export type Installation = z.infer<typeof installation>;

/** The Slack workspace that the tenant is connected to. Its token is in the tenant's secret. */
export async function readInstallation(database: Queryable): Promise<Installation | null> {
  const row = await database.row(z.object({ value: installation }), "select value from settings where name = 'slack'");
  return row?.value ?? null;
}

export async function writeInstallation(database: Queryable, value: Installation): Promise<void> {
  await database.run(
    `insert into settings (name, value, updated_by) values ('slack', $1::json, $2)
     on conflict (name) do update set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()`,
    [JSON.stringify(value), value.installed_by],
  );
}

export async function forgetInstallation(database: Queryable): Promise<void> {
  await database.run("delete from settings where name = 'slack'");
  await database.run("delete from slack_identities");
}
