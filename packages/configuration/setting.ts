import { z } from "zod";

/** What a setting says of itself. `takes` ends the sentence “NAME takes …”. */
export type SettingMeta = {
  takes?: string;
  /** Whether an error may repeat the value. Only for what can hold no secret: numbers, choices, switches. */
  isShown?: boolean;
  description?: string;
};

const setting = <Schema extends z.ZodType>(schema: Schema, takes: string, isShown = false): Schema =>
  schema.meta({ takes, isShown } satisfies SettingMeta);

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(least).max(most));

/** The kinds of settings that services have. Each reads the text of an environment variable. */
export const port = setting(whole(0, 65_535), "a port, 0 to 65535", true);
export const seconds = setting(whole(1, 4_000_000_000), "whole seconds, at least 1", true);
/** Seconds that may be a fraction. */
export const duration = setting(
  z
    .string()
    .regex(/^\d+(?:\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().positive()),
  "seconds, such as 8 or 0.5",
  true,
);
export const count = setting(whole(1), "a whole number, at least 1", true);
export const countOrZero = setting(whole(0), "a whole number, at least 0", true);
export const switched = setting(z.stringbool(), "true or false", true);
export const text = setting(z.string().min(1), "text");
export const path = setting(z.string().min(1), "a path");
export const address = setting(z.url(), "an address such as https://host:port");
/**
 * A URL of a kind that may hold a password. Only one that parses: who parses it later would repeat it in an error.
 *
 * @param kind The scheme with its slashes, such as `/^rediss?:\/\//`
 */
export const urlOf = (kind: RegExp, takes: string) =>
  setting(
    z
      .string()
      .regex(kind)
      .refine((text) => URL.canParse(text)),
    takes,
  );
export const dsn = urlOf(/^postgres(?:ql)?:\/\//, "a DSN: postgres://user:password@host:5432/database, percent-encoded");
/** A whole number of `unit`. */
export const between = (least: number, most: number, unit: string) =>
  setting(whole(least, most), `a whole number of ${unit}, ${least} to ${most}`, true);
export const choice = <const Choices extends readonly [string, ...string[]]>(choices: Choices) =>
  setting(z.enum(choices), `one of ${choices.join(", ")}`, true);
export const matching = (pattern: RegExp, takes: string) => setting(z.string().regex(pattern), takes);
/** Text that is read further, such as a limit's notation. The reader returns null for what it does not take. */
export const reading = <Value>(takes: string, read: (text: string) => Value | null) =>
  setting(
    z.string().transform((value, context) => {
      const result = read(value);
      if (result !== null) return result;
      context.addIssue({ code: "custom", message: takes });
      return z.NEVER;
    }),
    takes,
  );

/** What a setting says of itself, through its defaults and options. */
export function metaOf(schema: z.ZodType): SettingMeta {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  const inner = isWrapped ? (schema.def.innerType as z.ZodType) : null; // zod types it as its core's
  return { ...(inner && metaOf(inner)), ...(schema.meta() as SettingMeta | undefined) }; // only this file gives meta to settings
}
