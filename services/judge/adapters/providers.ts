import { OperatorError } from "@ledgix/configuration/operator-error";
import type { EmbeddingModel, LanguageModel } from "ai";

/** What a provider's access needs, by the names that LiteLLM gave these variables. */
export type ProviderEnvironment = Readonly<Record<string, string | undefined>>;

/** A name that means no model, or one whose access is not configured. The message says what to set. */
export class UnknownModel extends OperatorError {
  override name = "UnknownModel";
}

type Provider = { chat(id: string): LanguageModel; embedding: ((id: string) => EmbeddingModel) | null };
type Open = (environment: ProviderEnvironment, baseUrl: string | undefined) => Promise<Provider>;

// Each provider's package is loaded when it is named: the embedded default loads none.
const providers: Record<string, Open> = {
  bedrock: async (environment, baseURL) => {
    const { createAmazonBedrock } = await import("@ai-sdk/amazon-bedrock");
    const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
    const provider = createAmazonBedrock({
      region: environment.AWS_REGION ?? "us-east-1",
      credentialProvider: defaultProvider(),
      ...(baseURL && { baseURL }),
    });
    return { chat: (id) => provider(id), embedding: (id) => provider.embeddingModel(id) };
  },
  openai: async (environment, baseURL = environment.OPENAI_API_BASE) => {
    const { createOpenAI } = await import("@ai-sdk/openai");
    const provider = createOpenAI({ apiKey: needed(environment, "OPENAI_API_KEY"), ...(baseURL && { baseURL }) });
    return { chat: (id) => provider.chat(id), embedding: (id) => provider.embeddingModel(id) };
  },
  anthropic: async (environment, baseURL) => {
    const { createAnthropic } = await import("@ai-sdk/anthropic");
    const provider = createAnthropic({ apiKey: needed(environment, "ANTHROPIC_API_KEY"), ...(baseURL && { baseURL }) });
    return { chat: (id) => provider(id), embedding: null };
  },
  azure: async (environment, baseURL = environment.AZURE_API_BASE) => {
    const { createAzure } = await import("@ai-sdk/azure");
    const provider = createAzure({
      apiKey: needed(environment, "AZURE_API_KEY"),
      baseURL: baseURL ?? needed(environment, "AZURE_API_BASE"),
      ...(environment.AZURE_API_VERSION && { apiVersion: environment.AZURE_API_VERSION }),
    });
    return { chat: (id) => provider.chat(id), embedding: (id) => provider.embeddingModel(id) };
  },
  vertex_ai: async (environment, baseURL) => {
    const { createGoogleVertex } = await import("@ai-sdk/google-vertex");
    const provider = createGoogleVertex({
      project: needed(environment, "VERTEXAI_PROJECT"),
      location: environment.VERTEXAI_LOCATION ?? "us-central1",
      ...(baseURL && { baseURL }),
    });
    return { chat: (id) => provider(id), embedding: (id) => provider.embeddingModel(id) };
  },
  mistral: async (environment, baseURL) => {
    const { createMistral } = await import("@ai-sdk/mistral");
    const provider = createMistral({ apiKey: needed(environment, "MISTRAL_API_KEY"), ...(baseURL && { baseURL }) });
    return { chat: (id) => provider(id), embedding: (id) => provider.embeddingModel(id) };
  },
  ollama: (environment, baseURL = `${environment.OLLAMA_API_BASE ?? "http://localhost:11434"}/v1`) =>
    compatible("ollama", baseURL, undefined),
  openai_compatible: (environment, baseURL = environment.OPENAI_API_BASE) =>
    compatible("openai-compatible", baseURL ?? needed(environment, "OPENAI_API_BASE"), environment.OPENAI_API_KEY),
};
providers.vertex = providers.vertex_ai as Open; // the names that people use for one provider

async function compatible(name: string, baseURL: string, apiKey: string | undefined): Promise<Provider> {
  const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
  const provider = createOpenAICompatible({ name, baseURL, ...(apiKey && { apiKey }), supportsStructuredOutputs: true });
  return { chat: (id) => provider.chatModel(id), embedding: (id) => provider.embeddingModel(id) };
}

/** A chat model by its LiteLLM-style name, such as `bedrock/amazon.nova-pro-v1:0`. @throws {UnknownModel} */
export async function openChatModel(name: string, environment: ProviderEnvironment, baseUrl?: string): Promise<LanguageModel> {
  const { provider, id } = await openProvider(name, environment, baseUrl);
  return provider.chat(id);
}

/** An embedding model by its LiteLLM-style name, such as `bedrock/amazon.titan-embed-text-v2:0`. @throws {UnknownModel} */
export async function openEmbeddingModel(
  name: string,
  environment: ProviderEnvironment,
  baseUrl?: string,
): Promise<EmbeddingModel> {
  const { provider, id } = await openProvider(name, environment, baseUrl);
  if (provider.embedding === null) throw new UnknownModel(`${name}: this provider has no embedding models.`);
  return provider.embedding(id);
}

async function openProvider(name: string, environment: ProviderEnvironment, baseUrl: string | undefined) {
  const slash = name.indexOf("/");
  const open = providers[name.slice(0, slash)];
  const id = name.slice(slash + 1);
  if (slash < 1 || open === undefined || id === "")
    throw new UnknownModel(`${name}: write provider/model, with one of ${Object.keys(providers).join(", ")}, or local.`);
  return { provider: await open(environment, baseUrl), id };
}

function needed(environment: ProviderEnvironment, variable: string): string {
  const value = environment[variable];
  if (!value) throw new UnknownModel(`${variable}: is needed by the configured model.`);
  return value;
}
