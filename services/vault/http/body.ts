import { JsonRefused, type JsonValue, parseJson } from "@ledgix/contract/json";
import { fieldErrors, ProblemError } from "@ledgix/contract/problem";
import type { Context } from "hono";
import type { z } from "zod";

/** Bytes of a JSON body. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Levels of a whole body; `tool_args` has its own, stricter limit. */
const MAX_BODY_DEPTH = 40;

/**
 * Reads a JSON body through its schema.
 *
 * @param options.keepsNul For bodies with an agent's own arguments, which are kept as JSON. Elsewhere texts are kept as text, which in
 *   PostgreSQL has no U+0000.
 * @throws {ProblemError} 400 or 422 that names each field that does not fit
 */
export async function readBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
  { keepsNul = false }: { keepsNul?: boolean } = {},
): Promise<{ body: z.output<Schema>; raw: JsonValue }> {
  const text = await context.req.text();
  const raw = parse(text);
  if (!keepsNul && text.includes("\\u0000")) refuseNul(raw);
  return { body: parseWith(schema, raw, "invalid_body"), raw };
}

export function readQuery<Schema extends z.ZodType>(context: Context, schema: Schema): z.output<Schema> {
  return parseWith(schema, context.req.query(), "invalid_parameter");
}

export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: "invalid_body" | "invalid_parameter",
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error);
  const names = errors.map((error) => `${error.path || "the body"}: ${error.message}`).join("; ");
  throw new ProblemError(code, `${names}.`, { errors });
}

/** @throws {ProblemError} `invalid_string` where a text holds what PostgreSQL has no room for */
export function refuseNul(value: JsonValue): void {
  if (!holdsNul(value)) return;
  throw new ProblemError("invalid_string", "A text holds the character U+0000, which cannot be kept. Leave it out.");
}

function holdsNul(value: JsonValue): boolean {
  if (typeof value === "string") return value.includes("\0");
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name.includes("\0") || holdsNul(inner));
}

function parse(text: string): JsonValue {
  try {
    return parseJson(text, MAX_BODY_DEPTH);
  } catch (error) {
    if (error instanceof JsonRefused) throw new ProblemError(error.code, error.message);
    throw error;
  }
}
