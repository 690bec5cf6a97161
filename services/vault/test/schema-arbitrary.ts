import fc from "fast-check";
import { z } from "zod";

/** As much of JSON Schema (2020-12) as Vault's OpenAPI document uses. */
export const jsonSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  format: z.string().optional(),
});

/** Strings that parsers have been hurt by, beside any. */
const hurtful = fc.constantFrom(
  "",
  "\0",
  "\ud800",
  "é".normalize("NFD"),
  "../..",
  "' or 1=1 --",
  "$1",
  "{{x}}",
  "<script>",
  "-0",
  "1e999",
  "null",
);
const anyText = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 300 }), hurtful);

/** Values that a schema describes, as far as it goes; its refinements in code it does not tell. */
export function arbitraryOf(given: unknown): fc.Arbitrary<unknown> {
  const schema = jsonSchema.parse(given ?? {});
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const either = schema.anyOf ?? schema.oneOf;
  if (either && either.length > 0) return fc.oneof(...either.map(arbitraryOf));
  const [type] = Array.isArray(schema.type) ? schema.type : [schema.type];
  switch (type) {
    case "object":
      return objectOf(schema);
    case "array":
      return fc.array(arbitraryOf(schema.items), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case "string":
      return textOf(schema);
    case "integer":
      return fc.oneof(fc.integer({ min: -3, max: 100 }), fc.maxSafeInteger());
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }: z.infer<typeof jsonSchema>): fc.Arbitrary<unknown> {
  const known = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)]));
  const rest =
    typeof additionalProperties === "object"
      ? fc.dictionary(anyText, arbitraryOf(additionalProperties), { maxKeys: 3 })
      : fc.constant({});
  const isRequired = (name: string): name is string => required.includes(name);
  return fc
    .tuple(fc.record(known, { requiredKeys: Object.keys(known).filter(isRequired) }), rest)
    .map(([own, more]) => ({ ...more, ...own }));
}

function textOf({ format, minLength = 0, maxLength = 300 }: z.infer<typeof jsonSchema>): fc.Arbitrary<string> {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time")
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
  if (format === "uri") return fc.webUrl();
  if (format === "email") return fc.emailAddress();
  return fc.oneof(fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 300)) }), anyText);
}

/** A value that was valid, with one part of it replaced by something else: what a careless or hostile client sends. */
export const damaged = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.tuple(valid, fc.nat(), fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText)).map(([value, at, other]) => {
    if (typeof value !== "object" || value === null) return other;
    const entries = Object.entries(value);
    const chosen = entries[at % Math.max(1, entries.length)];
    return chosen ? { ...value, [chosen[0]]: other } : other;
  });
