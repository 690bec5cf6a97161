import { createHmac } from "node:crypto";
import { readConfig } from "@ledgix/configuration/read";
import { localEmbedding } from "@ledgix/judge/adapters/local-embedding";
import { tellOperator } from "@ledgix/tenancy/tell-operator";
import { jsonLog } from "@ledgix/vault/log";
import { startServices } from "./compose.ts";
import { HOST, localConfig } from "./config.ts";
import { startConsole } from "./console-server.ts";
import { lockDataDirectory, openDataDirectory, readOrCreateSecrets } from "./data-directory.ts";
import { allowedHosts } from "./hosts.ts";
import { assertPortFree } from "./listen.ts";

// The embedded default: everything on this machine, in one command. Run by `npm start`.

async function main(): Promise<void> {
  const config = readConfig(localConfig, process.env);
  await openDataDirectory(config.LEDGIX_DATA_DIR);
  const unlock = await lockDataDirectory(config.LEDGIX_DATA_DIR);
  const cleanUp: (() => Promise<unknown>)[] = [async () => unlock()];
  let isStopping = false;
  const stop = async (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    for (const step of cleanUp.reverse()) await step().catch(() => {});
    process.exit(exitCode);
  };
  process.on("SIGINT", () => void stop(0));
  process.on("SIGTERM", () => void stop(0));

  try {
    for (const name of ["PORT", "VAULT_PORT", "JUDGE_PORT", "SUPABASE_PORT"] as const) await assertPortFree(name, config[name]);
    const secrets = await readOrCreateSecrets(config.LEDGIX_DATA_DIR);
    const services = await startServices({
      config,
      secrets,
      environment: process.env,
      embedding: localEmbedding(),
      log: jsonLog("vault", (line) => process.stderr.write(`${line}\n`)),
    });
    cleanUp.push(services.close);

    const consoleUrl = `http://localhost:${config.PORT}`;
    const child = await startConsole(config.PORT, HOST, {
      SUPABASE_URL: services.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      VAULT_URL: services.vaultUrl,
      VAULT_PUBLIC_URL: services.vaultUrl,
      CONSOLE_URL: consoleUrl,
      CONSOLE_ALLOWED_HOSTS: allowedHosts(config).join(","),
      HAS_LOCAL_INBOX: "true",
      CONSOLE_ATTEMPTS_SECRET: createHmac("sha256", secrets.jwtSecret).update("console attempts").digest("hex"),
    });
    cleanUp.push(async () => child.kill());
    child.once("exit", () => void stop(1));

    console.log(
      `Ledgix is ready: console ${consoleUrl} · Vault ${services.vaultUrl} · next: open ${consoleUrl}/sign-up and create your account`,
    );
    console.log(`Mail is kept on this machine, in your inbox: ${services.inboxUrl}`);
  } catch (error) {
    tellOperator(error);
    await stop(1);
  }
}

main().catch((error) => {
  tellOperator(error);
  process.exit(1);
});
