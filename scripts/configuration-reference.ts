import { readFileSync, writeFileSync } from "node:fs";
import { configurationReference } from "@ledgix/configuration/reference";
import { gatewaySettings } from "@ledgix/gateway/config";
import { judgeSettings } from "@ledgix/judge/config";
import { vaultSettings } from "@ledgix/vault/config";

// Writes docs/configuration.md from the schemas that the services read with. With --check it fails where the file says something else.

const FILE = new URL("../docs/configuration.md", import.meta.url);

export const reference = `# Configuration

Made by \`npm run docs:configuration\` from what the services read with; edit \`services/*/config.ts\`. Each service reads its environment
at the start; where \`AWS_SECRET_NAME\` is set, that bundle of AWS Secrets Manager is laid over it. An empty variable counts as
absent. A value that does not fit stops the start with the variable's name, what it got (never what could be a secret) and what it takes.

${[
  configurationReference("Vault", vaultSettings),
  configurationReference("Judge", judgeSettings),
  configurationReference("Gateway", gatewaySettings),
].join("\n")}`;

if (import.meta.main) {
  if (!process.argv.includes("--check")) writeFileSync(FILE, reference);
  else if (readFileSync(FILE, "utf8") !== reference) {
    console.error("docs/configuration.md is not what the schemas say. Run: npm run docs:configuration");
    process.exit(1);
  }
}
