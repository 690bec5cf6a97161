import { localEmbedding } from "@ledgix/judge/adapters/local-embedding";
import { silentLog } from "@ledgix/vault/log";
import { startServices } from "../compose.ts";
import { localConfig } from "../config.ts";
import { lockDataDirectory, openDataDirectory, readOrCreateSecrets } from "../data-directory.ts";

// Everything of `npm start` but the console, as a process that a test may kill. Says "ready" to its parent.
const config = localConfig.parse(process.env);
await openDataDirectory(config.LEDGIX_DATA_DIR);
await lockDataDirectory(config.LEDGIX_DATA_DIR);
const secrets = await readOrCreateSecrets(config.LEDGIX_DATA_DIR);
await startServices({ config, secrets, environment: process.env, embedding: localEmbedding(), log: silentLog });
process.send?.("ready");
process.on("disconnect", () => process.exit(0));
