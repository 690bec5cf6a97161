import cluster from "node:cluster";
import { serve } from "@hono/node-server";
import { OperatorError } from "@ledgix/configuration/operator-error";
import { ConfigError, readConfig } from "@ledgix/configuration/read";
import { startTracing } from "@ledgix/telemetry/tracing";
import { awsSecrets } from "@ledgix/tenancy/aws-secrets";
import { mergeBootstrapSecret } from "@ledgix/tenancy/bootstrap-secret";
import { openTenantDirectory } from "@ledgix/tenancy/directory";
import { fileSecrets } from "@ledgix/tenancy/file-secrets";
import { openPostgres } from "@ledgix/tenancy/postgres";
import { cachedSecrets } from "@ledgix/tenancy/secret-cache";
import { tellOperator } from "@ledgix/tenancy/tell-operator";
import { postgresTenantDatabases } from "@ledgix/tenancy/tenant-databases";
import { createJudge } from "./app.ts";
import { openModelJudge, openVectors } from "./compose.ts";
import { type JudgeConfig, judgeConfig } from "./config.ts";
import { endpointLimit } from "./limit.ts";
import { errorFields, type Log, openLog } from "./log.ts";

// The judge as processes of their own, on PostgreSQL: one that minds the workers, and JUDGE_UVICORN_WORKERS that work. It finds tenants'
// databases by the same secrets as Vault, which keeps their schema.

const MAX_CONNECTIONS = 10;

async function main(): Promise<void> {
  const environment = await mergeBootstrapSecret(process.env);
  const config = readConfig(judgeConfig, environment);
  const log = openLog(config.LOG_FORMAT, (line) => process.stdout.write(`${line}\n`));
  if (cluster.isPrimary && config.JUDGE_UVICORN_WORKERS > 1) mindWorkers(config.JUDGE_UVICORN_WORKERS, log);
  else await work(config, environment, log);
}

/** Keeps so many workers alive. */
function mindWorkers(count: number, log: Log): void {
  let isStopping = false;
  for (let i = 0; i < count; i++) cluster.fork();
  cluster.on("exit", (worker, code) => {
    if (isStopping) return;
    // One that ends at once, such as for a model that does not exist, ends the rest: a restart would not mend it.
    if (code === REFUSED) process.exit(1);
    log("error", "judge.worker_ended", { worker: worker.id, code });
    cluster.fork();
  });
  const stop = () => {
    isStopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill("SIGTERM");
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

async function work(config: JudgeConfig, environment: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const tracing = startTracing("ledgix-judge", environment);
  const controlPlane = openPostgres(config.DATABASE_URL, { maxConnections: MAX_CONNECTIONS });
  const tenants = openTenantDirectory({
    controlPlane,
    secrets: cachedSecrets(openSecrets(config, environment), { ttlSeconds: config.VAULT_TENANT_SECRET_CACHE_TTL_SECONDS }),
    databases: postgresTenantDatabases({ maxConnections: MAX_CONNECTIONS, tlsMode: config.VAULT_TENANT_DB_SSLMODE }),
  });
  const vectors = await openVectors(config, environment);
  const model = await openModelJudge(config, environment, tenants);
  const { fetch } = createJudge({
    apiKey: config.JUDGE_API_KEY,
    tenants,
    vectors,
    model,
    limit: endpointLimit(config.JUDGE_ENDPOINT_RATE_LIMIT, config.JUDGE_UVICORN_WORKERS),
    isReady: () =>
      controlPlane.run("select 1").then(
        () => true,
        () => false,
      ),
    onError: (error) => log("error", "judge.failed", errorFields(error)),
  });
  const server = serve({ fetch, port: config.JUDGE_PORT, hostname: config.JUDGE_HOST }, ({ port }) =>
    log("info", "judge.listening", { port, eval_model: config.EVAL_MODEL, embedding_model: config.EMBEDDING_MODEL }),
  );
  const stop = async () => {
    server.close();
    await vectors.close();
    await tenants.close();
    await controlPlane.close();
    await tracing.shutdown();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

function openSecrets(config: JudgeConfig, environment: NodeJS.ProcessEnv) {
  if (config.TENANT_SECRET_PREFIX !== undefined) {
    return awsSecrets({ prefix: config.TENANT_SECRET_PREFIX, environment: { ...environment, AWS_REGION: config.AWS_REGION } });
  }
  if (config.VAULT_SECRETS_DIR !== undefined) return fileSecrets(config.VAULT_SECRETS_DIR);
  throw new ConfigError(["TENANT_SECRET_PREFIX or VAULT_SECRETS_DIR: one of them says where tenants' secrets are."]);
}

/** Exit code of a worker whose configuration was refused. */
const REFUSED = 78;

main().catch((error) => {
  tellOperator(error);
  process.exit(error instanceof OperatorError && cluster.isWorker ? REFUSED : 1);
});
