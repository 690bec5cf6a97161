import type { SlackState, slackAuthorize, slackCode, slackTargets } from "@ledgix/contract/notifications";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../../access/audit.ts";
import { type Principal, principalLabel } from "../../access/principal.ts";
import { type Slack, SlackBusy, SlackRefused } from "../../adapters/slack.ts";
import type { VaultDependencies } from "../../dependencies.ts";
import { forgetInstallation, readInstallation, writeInstallation } from "./installation.ts";
import { slackOf } from "./post.ts";

type Deps = Pick<VaultDependencies, "slack" | "tenants" | "controlPlane" | "now">;
const identityRow = z.object({ user_id: z.string(), slack_user_id: z.string(), slack_name: z.string(), linked_at: z.date() });

function appOf({ slack }: Deps): Slack {
  if (slack) return slack;
  throw new ProblemError("slack_not_connected", "This Vault has no Slack app. Its operator sets SLACK_CLIENT_ID and its like.");
}

/** Slack's refusals and outages as problems that a person can act on. */
async function ask<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProblemError) throw error; // such as that there is no app
    if (error instanceof SlackRefused)
      throw new ProblemError("delivery_failed", `${error.message} Start again from here.`, { cause: error });
    if (error instanceof SlackBusy)
      throw new ProblemError("delivery_failed", error.message, { retryAfter: error.retryAfterSeconds });
    throw new ProblemError("delivery_failed", "Slack cannot be reached right now. Try again shortly.", { cause: error });
  }
}

/** `GET /slack`: the app, the workspace, and the caller's own identity there. */
export async function readSlackState(deps: Deps, database: Database, principal: Principal): Promise<SlackState> {
  const installation = await readInstallation(database);
  const identity =
    principal.kind === "member"
      ? await database.row(
          identityRow,
          "select user_id::text, slack_user_id, slack_name, linked_at from slack_identities where user_id = $1 and ended_at is null",
          [principal.userId],
        )
      : null;
  return {
    is_configured: deps.slack !== null,
    installation,
    identity: identity && {
      slack_user_id: identity.slack_user_id,
      slack_name: identity.slack_name,
      linked_at: identity.linked_at.toISOString(),
    },
  };
}

export function authorizeSlack(deps: Deps, { purpose, redirect_uri, state }: z.infer<typeof slackAuthorize>): string {
  return appOf(deps).authorizeUrl(purpose, redirect_uri, state);
}

/** Ends an installation by OAuth: the bot's token goes into the tenant's secret, its workspace into the settings. */
export async function installSlack(
  deps: Deps,
  principal: Principal,
  { code, redirect_uri }: z.infer<typeof slackCode>,
): Promise<void> {
  const { token, teamId, teamName } = await ask(() => appOf(deps).install(code, redirect_uri));
  const database = await deps.tenants.database(principal.clientId);
  const before = await readInstallation(database);
  // Another workspace has other people: who was linked there is nobody here.
  if (before && before.team_id !== teamId) await forgetInstallation(database);
  await deps.tenants.changeSecret(principal.clientId, (secret) => ({ ...secret, slack_bot_token: token }));
  await writeInstallation(database, {
    team_id: teamId,
    team_name: teamName,
    installed_by: principalLabel(principal),
    installed_at: deps.now().toISOString(),
  });
  await audit(deps, principal, "slack.connected", teamId, { name: teamName });
}

export async function disconnectSlack(deps: Deps, principal: Principal): Promise<void> {
  const database = await deps.tenants.database(principal.clientId);
  const installation = await readInstallation(database);
  await forgetInstallation(database);
  await deps.tenants.changeSecret(principal.clientId, ({ slack_bot_token: _, ...secret }) => secret);
  if (installation) await audit(deps, principal, "slack.disconnected", installation.team_id, { name: installation.team_name });
}

const TARGETS_SHOWN = 50;

/** Channels and people whose name holds the words. */
export async function findSlackTargets(
  deps: Deps,
  clientId: string,
  database: Database,
  words: string,
): Promise<z.infer<typeof slackTargets>> {
  const connection = await slackOf(deps, clientId, database);
  if (connection === null)
    throw new ProblemError("slack_not_connected", "Slack is not connected. Connect it under Integrations.");
  const all = await ask(() => connection.slack.listTargets(connection.token));
  const wanted = words.toLowerCase().replace(/^[#@]/, "");
  return { targets: all.filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, TARGETS_SHOWN) };
}

/** Links the member to the Slack user whom Slack's own sign-in has shown them to be. */
export async function linkSlackIdentity(
  deps: Deps,
  principal: Extract<Principal, { kind: "member" }>,
  { code, redirect_uri }: z.infer<typeof slackCode>,
): Promise<void> {
  const { slackUserId, slackName, teamId } = await ask(() => appOf(deps).identify(code, redirect_uri));
  const database = await deps.tenants.database(principal.clientId);
  const installation = await readInstallation(database);
  if (installation?.team_id !== teamId)
    throw new ProblemError(
      "invalid_body",
      `Sign in to the workspace ${installation?.team_name ?? "that is connected"}, then link again.`,
    );
  await database.run("delete from slack_identities where slack_user_id = $1 or user_id = $2", [slackUserId, principal.userId]);
  await database.run("insert into slack_identities (user_id, slack_user_id, slack_name) values ($1, $2, $3)", [
    principal.userId,
    slackUserId,
    slackName,
  ]);
  await audit(deps, principal, "slack.identity_linked", principal.email, { slack_user: slackUserId, slack_name: slackName });
}

export async function unlinkSlackIdentity(
  deps: Deps,
  database: Queryable,
  principal: Extract<Principal, { kind: "member" }>,
): Promise<void> {
  const changed = await database.run("delete from slack_identities where user_id = $1", [principal.userId]);
  if (changed > 0) await audit(deps, principal, "slack.identity_unlinked", principal.email, {});
}
