import { serve } from "@hono/node-server";
import { openTenantDirectory } from "@ledgix/tenancy/directory";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { localEmbedding } from "./adapters/local-embedding.ts";
import { createJudge } from "./app.ts";
import { judgeConfig } from "./config.ts";
import { vectorStore } from "./retrieve/vectors.ts";

// The judge as a process of its own, on PostgreSQL. It finds tenants' databases by the same secrets as Vault, which keeps their schema.

const MAX_CONNECTIONS = 10;

const parsed = judgeConfig.safeParse(process.env);
if (!parsed.success) {
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  console.error(`The configuration does not fit.\n  ${lines.join("\n  ")}`);
  process.exit(1);
}
const config = parsed.data;
const controlPlane = openPostgres(config.DATABASE_URL, { maxConnections: MAX_CONNECTIONS });
const tenants = openTenantDirectory({
  controlPlane,
  secrets: fileSecrets(config.VAULT_SECRETS_DIR),
  databases: postgresTenantDatabases({ maxConnections: MAX_CONNECTIONS }),
});
const vectors = vectorStore(localEmbedding(), async () => null);
// An error's class and code; its message could quote content.
const onError = (error: unknown) =>
  console.error(JSON.stringify({ level: "error", service: "judge", error: error instanceof Error ? error.name : typeof error }));
const { fetch } = createJudge({ apiKey: config.JUDGE_API_KEY, tenants, vectors, model: null, onError });
const server = serve({ fetch, port: config.JUDGE_PORT, hostname: config.JUDGE_HOST });

async function stop(): Promise<void> {
  server.close();
  await vectors.close();
  await tenants.close();
  await controlPlane.close();
  process.exit(0);
}
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
