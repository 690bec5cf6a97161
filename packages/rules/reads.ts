import { policyToJson } from "@cedar-policy/cedar-wasm/nodejs";

/** What a policy reads of a call: `amount`, `text/customer.country`, `rate/hour/agent`; and the characters of its own texts. */
export type Reads = { attributes: ReadonlySet<string>; letters: string };

/** Records whose attributes are named by the rules; of the others, the record as a whole is read. */
const records = new Set(["text", "number", "flag", "time", "rate"]);

/** @throws {TypeError} for a text that is no Cedar policy; callers validate first */
export function readsOf(cedar: string): Reads {
  const answer = policyToJson(cedar);
  if (answer.type === "failure") throw new TypeError(`Not a Cedar policy: ${answer.errors[0]?.message}`);
  const attributes = new Set<string>();
  const letters = new Set<string>();
  walk(answer.json, (node) => {
    if (typeof node.Value === "string") for (const char of node.Value) letters.add(char);
    const access = accessOf(node);
    if (access === null) return;
    const [first = "", second] = access;
    if (records.has(first) ? second !== undefined : access.length === 1) attributes.add(access.slice(0, 2).join("/"));
  });
  return { attributes, letters: [...letters].join("") };
}

type JsonNode = Record<string, unknown>;

function walk(node: unknown, visit: (node: JsonNode) => void): void {
  if (Array.isArray(node)) for (const item of node) walk(item, visit);
  else if (typeof node === "object" && node !== null) {
    visit(node as JsonNode); // an object that is no array
    for (const value of Object.values(node)) walk(value, visit);
  }
}

/** The names behind `context`, where a node is an access to it: `["text", "customer.country"]`. */
function accessOf(node: unknown): string[] | null {
  if (typeof node !== "object" || node === null) return null;
  const { ".": dot, has } = node as JsonNode;
  const access = dot ?? has;
  if (typeof access !== "object" || access === null) return null;
  const { left, attr } = access as { left?: unknown; attr?: unknown };
  const name = typeof attr === "string" ? attr : Array.isArray(attr) ? String(attr[0]) : null;
  if (name === null) return null;
  if (typeof left === "object" && left !== null && (left as JsonNode).Var === "context") return [name];
  const before = accessOf(left);
  return before === null ? null : [...before, name];
}
