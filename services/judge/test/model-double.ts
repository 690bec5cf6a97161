import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

/** What a model was asked: the passages and the call, as the judge's prompt delimits them. */
export type Asked = {
  passages: { passage: number; heading: string; text: string }[];
  call: Record<string, unknown>;
  prompt: string;
};
/** What it says: an answer by the schema, a text that is none, a failure, or nothing for so many milliseconds. */
export type Said = { answer: unknown } | { text: string } | { status: number } | { afterMs: number; next: Said };
export type Behaviour = (asked: Asked) => Said;

/**
 * A model provider on loopback that speaks the wire formats of OpenAI (Chat Completions, Embeddings) and of Amazon Bedrock (Converse), as
 * their documentation has them. It thinks nothing: a behaviour says what it answers.
 */
export async function startModelDouble(initial: Behaviour) {
  let behaviour = initial;
  const requests: { path: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const path = request.url ?? "";
    requests.push({ path, body });
    if (path.endsWith("/embeddings")) return reply(200, embeddings(body));
    let said = behaviour(read(body));
    while ("afterMs" in said) {
      await new Promise((resolve) => setTimeout(resolve, "afterMs" in said ? said.afterMs : 0));
      said = said.next;
    }
    if ("status" in said) return reply(said.status, { error: { message: "The model is away.", type: "server_error" } });
    const isBedrock = path.endsWith("/converse");
    reply(200, isBedrock ? bedrockAnswer(said, body) : openAiAnswer(said));

    function reply(status: number, json: unknown): void {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a listening server over TCP has one
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    behave(next: Behaviour) {
      behaviour = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textOf(said: Exclude<Said, { status: number } | { afterMs: number }>): string {
  return "text" in said ? said.text : JSON.stringify(said.answer);
}

/** https://platform.openai.com/docs/api-reference/chat/object */
function openAiAnswer(said: Exclude<Said, { status: number } | { afterMs: number }>) {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "double",
    choices: [
      { index: 0, message: { role: "assistant", content: textOf(said), refusal: null }, logprobs: null, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 900, completion_tokens: 60, total_tokens: 960 },
  };
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
function bedrockAnswer(said: Exclude<Said, { status: number } | { afterMs: number }>, body: Record<string, unknown>) {
  const usage = { inputTokens: 900, outputTokens: 60, totalTokens: 960 };
  if (body.toolConfig !== undefined && "answer" in said) {
    const content = [{ toolUse: { toolUseId: "tool-1", name: "json", input: said.answer } }];
    return { output: { message: { role: "assistant", content } }, stopReason: "tool_use", usage, metrics: { latencyMs: 1 } };
  }
  const content = [{ text: textOf(said) }];
  return { output: { message: { role: "assistant", content } }, stopReason: "end_turn", usage, metrics: { latencyMs: 1 } };
}

/** Vectors that tell texts apart by their letters: enough to see that another model's vectors serve. */
function embeddings(body: Record<string, unknown>) {
  const inputs = z.union([z.array(z.string()), z.string().transform((text) => [text])]).parse(body.input);
  const data = inputs.map((text, index) => {
    const embedding = Array.from({ length: 32 }, () => 0.01);
    for (const letter of text.toLowerCase())
      embedding[letter.charCodeAt(0) % 32] = (embedding[letter.charCodeAt(0) % 32] ?? 0) + 1;
    return { object: "embedding", index, embedding };
  });
  return { object: "list", data, model: "double", usage: { prompt_tokens: 1, total_tokens: 1 } };
}

/** The last text of the conversation, parted by its marks. */
function read(body: Record<string, unknown>): Asked {
  const messages = z
    .array(z.object({ role: z.string(), content: z.unknown() }))
    .catch([])
    .parse(body.messages);
  const last = messages.findLast(({ role }) => role === "user")?.content;
  const prompt = typeof last === "string" ? last : partsOf(last);
  const part = (name: string) => {
    const match = new RegExp(`<${name}-[0-9a-f]{24}>\\n([\\s\\S]*?)\\n</${name}-`).exec(prompt);
    return match ? JSON.parse(match[1] ?? "null") : null;
  };
  return { passages: part("policy-passages") ?? [], call: part("tool-call") ?? {}, prompt };
}

function partsOf(content: unknown): string {
  const parts = z
    .array(z.object({ text: z.string().default("") }))
    .catch([])
    .parse(content);
  return parts.map(({ text }) => text).join("\n");
}

/** A model that quotes the first passage, and says what it is told to. */
export const quoting =
  (verdict: "allow" | "deny" | "review", confidence = 0.95): Behaviour =>
  ({ passages }) => ({
    answer: {
      verdict,
      confidence,
      reason: "The first passage says so.",
      citations: passages.slice(0, 1).map(({ passage, text }) => ({ passage, quote: text.split("\n")[0] ?? text })),
    },
  });
