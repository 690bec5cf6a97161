import { openApiDocument } from "@ledgix/contract/openapi";
import { scopes } from "@ledgix/contract/permissions";
import { type Answer, type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { arbitraryOf, damaged } from "./schema-arbitrary.ts";

// Requests made from the OpenAPI document, valid and damaged, against the running Vault: no answer is a server error, and none is one that
// the document does not describe.

const parameter = z.object({ name: z.string(), in: z.enum(["path", "query", "header"]) });
const content = z.record(z.string(), z.object({ schema: z.unknown() }));
const operation = z.object({
  parameters: z.array(parameter),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
const document = z
  .object({ paths: z.record(z.string(), z.record(z.string(), operation)), components: z.unknown() })
  .parse(openApiDocument());

const RUNS = Number(process.env.FUZZ_RUNS ?? 25);
/** Goes on until its reader ends it. */
const STREAM = "/reviews/stream";

let stack: Stack;
let callers: Caller[];
beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  callers = [
    await stack.addKey(clientId, { scopes }),
    await stack.addMember(clientId, "owner"),
    await stack.addMember(clientId, "compliance"),
  ];
  await callers[1]?.("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
});
afterAll(() => stack.close());

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<unknown, ValidateFunction>();
function validatorOf(schema: unknown): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile({ ...z.looseObject({}).parse(schema), components: document.components });
  validators.set(schema, known);
  return known;
}

/** What is wrong with an answer by the document; null where nothing is. */
function faultOf({ status, body, headers }: Answer, responses: z.infer<typeof operation>["responses"]): string | null {
  if (status >= 500 && responses[String(status)] === undefined) return `status ${status}: ${JSON.stringify(body)}`;
  const described = responses[String(status)] ?? responses.default;
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  const isProblem = responses[String(status)] === undefined;
  if (isProblem && type !== "application/problem+json") return `status ${status} is not described, and of type ${type}`;
  const schema = described?.content?.[type]?.schema;
  if (described?.content && schema === undefined) return `status ${status} is described, and not of type ${type}`;
  if (schema === undefined) return null;
  const validate = validatorOf(schema);
  return validate(body) ? null : `status ${status}: ${ajv.errorsText(validate.errors)}`;
}

const word = fc.oneof(
  fc.uuid(),
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.constantFrom("p", "0", "-1", "999999999999999999999", "%00", "..", "'", "a/b", "é", "2026-01-01T00:00:00Z", "full", "1e5"),
);

const tags = fc.constantFrom("*", '"0.44136fa355b3678a"', 'W/"x"', '"a,b" , "c"', "x", '"', "", ",", '*, "x"', '"x" "y"');

const cases = Object.entries(document.paths)
  .filter(([path]) => path !== STREAM)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => [method.toUpperCase(), path, described] as const),
  );

describe("every request that the document describes", () => {
  it.each(cases)("%s %s", async (method, path, { parameters, requestBody, responses }) => {
    const schema = requestBody?.content["application/json"]?.schema;
    const valid = schema === undefined ? fc.constant(undefined) : arbitraryOf(schema);
    const body =
      schema === undefined ? valid : fc.oneof({ arbitrary: valid, weight: 2 }, { arbitrary: damaged(valid), weight: 1 });
    const named = (place: "path" | "query" | "header") => parameters.filter((each) => each.in === place).map(({ name }) => name);
    const inPath = fc.record(Object.fromEntries(named("path").map((name) => [name, word])));
    const inQuery = fc.record(Object.fromEntries(named("query").map((name) => [name, word])), { requiredKeys: [] });
    const inHeader = fc.record(Object.fromEntries(named("header").map((name) => [name, tags])), { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(inPath, inQuery, inHeader, body, fc.nat(), async (parts, query, headers, given, who) => {
        const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
          encodeURIComponent(z.record(z.string(), z.string()).parse(parts)[name] ?? ""),
        );
        const search = new URLSearchParams(z.record(z.string(), z.string()).parse(query)).toString();
        const caller = callers[who % callers.length] ?? callers[0];
        const answer = await caller?.(
          method,
          `${filled}${search && `?${search}`}`,
          given,
          z.record(z.string(), z.string()).parse(headers),
        );
        expect(answer && faultOf(answer, responses)).toBeNull();
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

describe("bodies that are not JSON", () => {
  it.each(["/request-clearance", "/consume-token", "/admin/upload-policy", "/slack/interactions", "/reviews/decisions"])(
    "%s refuses any bytes under any type",
    async (path) => {
      const types = fc.constantFrom(
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "",
      );
      const part = 'content-disposition: form-data; name="file"; filename="a.txt"';
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
        fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(`--x\r\n${part}\r\n\r\n${text}\r\n--x--\r\n`)),
        fc.string({ maxLength: 200 }).map((text) => Buffer.from(`--x\r\n${text}\r\n--x`)),
      );
      const owner = stack.vault.url + path;
      await fc.assert(
        fc.asyncProperty(types, bytes, async (type, body) => {
          const key = (await keyOnce()).key;
          const headers = { "x-vault-api-key": key, ...(type && { "content-type": type }) };
          const response = await fetch(owner, { method: "POST", headers, body: Buffer.from(body) });
          expect([response.status < 500, await response.text()]).toEqual([true, expect.any(String)]);
        }),
        { numRuns: RUNS },
      );
    },
  );

  let key: Promise<{ key: string }> | undefined;
  const keyOnce = () => {
    key ??= stack.addTenant("Bytes").then((id) => stack.addKey(id, { scopes }));
    return key;
  };
});
