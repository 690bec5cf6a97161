import { embedMany } from "ai";
import type { Embedding } from "./embedding.ts";
import { openEmbeddingModel, type ProviderEnvironment } from "./providers.ts";

/** Any embedding model of a provider. Its vectors are brought to length 1, as the seam promises. */
export async function providerEmbedding(name: string, environment: ProviderEnvironment, baseUrl?: string): Promise<Embedding> {
  const model = await openEmbeddingModel(name, environment, baseUrl);
  return {
    model: name,
    batch: 64,
    async embed(texts) {
      if (texts.length === 0) return [];
      const { embeddings } = await embedMany({ model, values: texts, maxRetries: 3 });
      return embeddings.map((vector) => {
        const length = Math.hypot(...vector) || 1;
        return vector.map((value) => value / length);
      });
    },
    async close() {},
  };
}
