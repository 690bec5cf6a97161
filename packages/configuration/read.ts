import type { z } from "zod";
import { OperatorError } from "./operator-error.ts";
import { metaOf } from "./setting.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration that does not fit. The message is for the operator, and holds no secret. */
export class ConfigError extends OperatorError {
  override name = "ConfigError";

  /** @param problems A line each: the variable's name, a colon, what is wrong. */
  constructor(problems: string[]) {
    super(`The configuration does not fit.\n  ${problems.join("\n  ")}`);
  }
}

/** The longest part of a value that an error repeats. */
const SHOWN = 40;

/**
 * Reads a service's configuration; an empty variable counts as absent.
 *
 * @throws {ConfigError} with a line a variable: its name, what it got where that can be no secret, and what it takes
 * @example readConfig(z.object({ PORT: port.default(8000) }), { PORT: "80a" }) // PORT: got "80a", takes a port, 0 to 65535
 */
export function readConfig<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  const names = [...new Set(result.error.issues.map((issue) => String(issue.path[0])))];
  throw new ConfigError(names.map((name) => problemOf(name, schema.shape[name] as z.ZodType, present[name]))); // the names are the shape's
}

function problemOf(name: string, schema: z.ZodType, value: string | undefined): string {
  const { takes = "another value", isShown = false, description } = metaOf(schema);
  if (value === undefined) return `${name}: is needed, and takes ${takes}.${description ? ` ${description}` : ""}`;
  const got = isShown ? JSON.stringify(value.slice(0, SHOWN)) : `a value of ${value.length} characters`;
  return `${name}: got ${got}, takes ${takes}.`;
}
