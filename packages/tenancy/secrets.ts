import { z } from "zod";

/** What a tenant's secret holds. The control plane knows only its name. */
export const tenantSecret = z.object({
  /** `pglite:<name>` on the embedded default, a PostgreSQL DSN elsewhere. */
  database_url: z.string().min(1),
  /** 32 bytes, base64: encrypts the protected part of the ledger at rest. Vault's own where a tenant has none. */
  transport_key: z.string().min(1).optional(),
  /** What encrypted before the last rotations, until everything is re-wrapped. */
  previous_transport_keys: z.array(z.string()).optional(),
  /** Of the tenant's Slack workspace. */
  slack_bot_token: z.string().optional(),
  /** By Confluence source: the API token of a person who may read its pages. */
  confluence_tokens: z.record(z.string(), z.string()).optional(),
  /** By webhook: what signs its deliveries, and what signed before the last rotation. */
  webhook_secrets: z.record(z.string(), z.object({ current: z.string(), previous: z.string().optional() })).optional(),
});
export type TenantSecret = z.infer<typeof tenantSecret>;

/** Where tenants' secrets are kept: files on the embedded default, AWS Secrets Manager in production. */
export interface SecretStore {
  /** @returns null where there is no secret of that name. */
  read(name: string): Promise<TenantSecret | null>;
  /** Keeps a secret under a name that has none yet. @returns the one that is there afterwards, whoever wrote it. */
  create(name: string, secret: TenantSecret): Promise<TenantSecret>;
  /** Replaces a secret that is there. Two writers are kept apart by the caller. */
  replace(name: string, secret: TenantSecret): Promise<void>;
}
