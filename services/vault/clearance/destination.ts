import type { JsonObject } from "@ledgix/contract/json";

const providers = ["stripe", "twilio", "slack", "bedrock", "openai", "anthropic"];

/** Where a call goes, when the caller does not say: a provider that the tool's name begins with or holds, else a URL argument's host. */
export function deriveDestination(toolName: string, toolArgs: JsonObject): { provider: string | null; uri: string | null } {
  const words = toolName.toLowerCase().split(/[^a-z0-9]+/);
  const provider = providers.find((name) => words.includes(name)) ?? null;
  for (const value of Object.values(toolArgs)) {
    if (typeof value !== "string" || !/^https?:\/\//i.test(value) || !URL.canParse(value)) continue;
    const url = new URL(value);
    return { provider: provider ?? url.hostname, uri: `${url.protocol}//${url.host}${url.pathname}` };
  }
  return { provider, uri: null };
}
