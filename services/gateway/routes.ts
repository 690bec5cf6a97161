import { type JsonObject, JsonRefused, type JsonValue, jsonObject, parseJson } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import { z } from "zod";

/** Where a value of a request stands: `path.id`, `query.limit`, `body.customer.id`, or `body` for all of it. */
const place = z
  .string()
  .regex(/^(?:path\.\w+|query\.[\w.-]+|body(?:\.[^.]+)*)$/, "takes path.name, query.name, body or body.name");

/** One protected operation of the service. */
export const gatewayRoute = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
  /** With `:name` for parts that vary. */
  path: z.string().regex(/^\//, "begins with /"),
  tool: z.string().min(1).max(256),
  /** By the names that clearance is asked under; `body` makes the JSON body the arguments. */
  arguments: z.union([z.literal("body"), z.record(z.string().min(1), place)]),
  /** Parts of a request that may vary without approval, such as a trace id. Everything else must be an argument. */
  ignore: z.array(place).default([]),
});
export type GatewayRoute = z.infer<typeof gatewayRoute>;

/** The routes file: what is not listed is not passed on. */
export const routesFile = z.strictObject({ routes: z.array(gatewayRoute).min(1) });

/** A request's parts, as a route's mapping finds them. */
export type RequestParts = { path: Record<string, string>; query: Record<string, string[]>; body: string };

/**
 * The arguments of the tool call that a request stands for. A request must hold nothing that the mapping does not cover: what was not
 * approved is not passed on beside what was.
 *
 * @throws {ProblemError} `invalid_body` · `not_covered` and the codes of JSON that cannot be hashed
 */
export function argumentsOf(route: GatewayRoute, parts: RequestParts): JsonObject {
  const values = flatten(parts);
  const taken = route.arguments === "body" ? { body: "body" } : route.arguments;
  const covering = [...Object.values(taken), ...route.ignore];
  const uncovered = [...values.keys()].filter((name) => !covering.some((each) => name === each || name.startsWith(`${each}.`)));
  if (uncovered.length > 0) {
    throw new ProblemError(
      "not_covered",
      `The request holds ${uncovered.slice(0, 5).join(", ")}, which no approval covers. Leave it out, or map it in the gateway's routes.`,
    );
  }
  if (route.arguments === "body") return readBody(parts.body);
  const found: [string, JsonValue][] = [];
  for (const [name, from] of Object.entries(route.arguments)) {
    const value = lookUp(parts, from);
    if (value !== undefined) found.push([name, value]);
  }
  return Object.fromEntries(found);
}

/** Every value of a request by its place. */
function flatten({ path, query, body }: RequestParts): Map<string, JsonValue> {
  const values = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(path)) values.set(`path.${name}`, value);
  for (const [name, value] of Object.entries(query)) values.set(`query.${name}`, value);
  if (body !== "") spread("body", readBody(body), values);
  return values;
}

function spread(place: string, value: JsonValue, values: Map<string, JsonValue>): void {
  const isNested = typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  if (!isNested) values.set(place, value);
  else for (const [name, inner] of Object.entries(value)) spread(`${place}.${name}`, inner, values);
}

function lookUp(parts: RequestParts, from: string): JsonValue | undefined {
  const [kind = "", ...names] = from.split(".");
  if (kind === "path") return parts.path[names.join(".")];
  if (kind === "query") {
    const values = parts.query[names.join(".")];
    return values?.length === 1 ? values[0] : values;
  }
  if (parts.body === "") return undefined;
  let value: JsonValue | undefined = readBody(parts.body);
  for (const name of names) {
    const parsed = jsonObject.safeParse(value);
    value = parsed.success && Object.hasOwn(parsed.data, name) ? parsed.data[name] : undefined;
  }
  return value;
}

/** A body as it was read: where a name stands twice, the service must not find another value than was approved. */
export const bodyAsRead = (body: string): string => (body === "" ? "" : JSON.stringify(readBody(body)));

function readBody(body: string): JsonObject {
  try {
    return jsonObject.parse(body === "" ? {} : parseJson(body));
  } catch (error) {
    if (error instanceof JsonRefused) throw new ProblemError(error.code, error.message);
    throw new ProblemError("invalid_body", "The body must be a JSON object.");
  }
}
