import { readFile } from "node:fs/promises";
import { ConfigError, type Environment } from "@ledgix/configuration/read";
import type { Database } from "@ledgix/tenancy/database";
import type { TenantDirectory } from "@ledgix/tenancy/directory";
import { supabaseAccessTokens } from "./access/access-token.ts";
import type { AnchorStore } from "./adapters/anchor-store.ts";
import { confluenceCloud } from "./adapters/confluence.ts";
import { type JudgeClient, judgeClient } from "./adapters/judge-client.ts";
import type { Mailer } from "./adapters/mailer.ts";
import type { Slack } from "./adapters/slack.ts";
import { slackWebApi } from "./adapters/slack-web-api.ts";
import { smtpMailer } from "./adapters/smtp-mailer.ts";
import { stubJudge } from "./adapters/stub-judge.ts";
import { webhookSender } from "./adapters/webhook-sender.ts";
import { settledRequests } from "./clearance/settled.ts";
import type { VaultConfig } from "./config.ts";
import type { VaultDependencies } from "./dependencies.ts";
import type { Log } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { openConfiguredSigner, openQueue, openRateLimits, signerOpener } from "./open-adapters.ts";
import { openKeyring } from "./tokens/keyring.ts";

/** Vault's dependencies from its configuration, around the databases and the anchor store that its composition root opened. */
export async function composeVault(
  config: VaultConfig,
  parts: {
    controlPlane: Database;
    tenants: TenantDirectory;
    anchors: AnchorStore;
    log: Log;
    /** For what AWS's own clients read: credentials, another endpoint. */
    environment: Environment;
    signingKeyFile?: string;
    /** Takes the mail where no server is configured. */
    inbox?: Mailer;
    draining?: AbortSignal;
  },
): Promise<VaultDependencies> {
  const { controlPlane, tenants, anchors, log, environment } = parts;
  const limits = openRateLimits(config, log);
  return {
    config,
    controlPlane,
    tenants,
    anchors,
    log,
    metrics: createMetrics(),
    draining: parts.draining ?? new AbortController().signal,
    keys: await openKeyring({
      controlPlane,
      configured: await openConfiguredSigner(config, environment, parts.signingKeyFile),
      open: signerOpener(config, environment),
      log,
    }),
    queue: openQueue(config, environment, log),
    rateLimit: limits.calls,
    pollingRateLimit: limits.polling,
    judge: openJudge(config),
    mailer: (await openMailer(config)) ?? parts.inbox ?? null,
    slack: openSlack(config),
    webhooks: webhookSender({ allowPrivate: config.VAULT_ALLOW_PRIVATE_WEBHOOKS }),
    confluence: confluenceCloud({ allowPrivate: config.VAULT_ALLOW_PRIVATE_CONFLUENCE }),
    verifyAccessToken: supabaseAccessTokens({ jwtSecret: config.SUPABASE_JWT_SECRET, jwksUrl: config.SUPABASE_JWKS_URL }),
    settled: settledRequests(),
    now: () => new Date(),
    closeConnections: limits.close,
  };
}

function openJudge(config: VaultConfig): JudgeClient {
  if (config.VAULT_ALLOW_STUB_JUDGE) {
    if (config.VAULT_ENVIRONMENT === "development") return stubJudge();
    throw new ConfigError([
      `VAULT_ALLOW_STUB_JUDGE: the stub reads no policy, so it is refused where VAULT_ENVIRONMENT is ${config.VAULT_ENVIRONMENT}. Remove it.`,
    ]);
  }
  return judgeClient({
    url: config.VAULT_JUDGE_URL,
    apiKey: config.VAULT_JUDGE_API_KEY,
    timeoutSeconds: config.VAULT_JUDGE_TIMEOUT_SECONDS,
  });
}

async function openMailer({ SMTP_URL, SMTP_FROM, SMTP_CA_FILE }: VaultConfig): Promise<Mailer | null> {
  if (SMTP_URL === undefined) return null;
  return smtpMailer({ url: SMTP_URL, from: SMTP_FROM, ca: SMTP_CA_FILE && (await readFile(SMTP_CA_FILE, "utf8")) });
}

function openSlack(config: VaultConfig): Slack | null {
  const { SLACK_CLIENT_ID: clientId, SLACK_CLIENT_SECRET: clientSecret, SLACK_SIGNING_SECRET: signingSecret } = config;
  if (clientId && clientSecret && signingSecret)
    return slackWebApi({ clientId, clientSecret, signingSecret, url: config.SLACK_URL });
  if (!clientId && !clientSecret && !signingSecret) return null;
  throw new ConfigError(["SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET: set all three, or none."]);
}
