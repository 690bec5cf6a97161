import type { Database } from "@ledgix/tenancy/database";
import type { TenantDirectory } from "@ledgix/tenancy/directory";
import type { VerifyAccessToken } from "./access/access-token.ts";
import type { AnchorStore } from "./adapters/anchor-store.ts";
import type { ClearanceQueue } from "./adapters/clearance-queue.ts";
import type { Confluence } from "./adapters/confluence.ts";
import type { JudgeClient } from "./adapters/judge-client.ts";
import type { Mailer } from "./adapters/mailer.ts";
import type { RateLimit } from "./adapters/rate-limit.ts";
import type { Slack } from "./adapters/slack.ts";
import type { WebhookSender } from "./adapters/webhook-sender.ts";
import type { SettledRequests } from "./clearance/settled.ts";
import type { VaultConfig } from "./config.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Keyring } from "./tokens/keyring.ts";

/** Everything that Vault reaches outside of itself, handed in by whoever composes it. */
export type VaultDependencies = {
  config: VaultConfig;
  controlPlane: Database;
  tenants: TenantDirectory;
  keys: Keyring;
  queue: ClearanceQueue;
  anchors: AnchorStore;
  /** By principal, for everything but polling a clearance's status. */
  rateLimit: RateLimit;
  /** Polling: one client generation does not survive a 429 there, so its bucket is generous. */
  pollingRateLimit: RateLimit;
  judge: JudgeClient;
  /** Null where no mail server is configured. */
  mailer: Mailer | null;
  /** Null where this Vault has no Slack app. */
  slack: Slack | null;
  webhooks: WebhookSender;
  confluence: Confluence;
  verifyAccessToken: VerifyAccessToken;
  settled: SettledRequests;
  now: () => Date;
  log: Log;
  metrics: Metrics;
  /** Aborted when this Vault is to end: it goes on serving a while, and says that it is not ready. */
  draining: AbortSignal;
  /** Ends connections that no other part closes. */
  closeConnections: () => void;
};
