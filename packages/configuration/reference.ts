import { z } from "zod";
import { metaOf } from "./setting.ts";

/** Settings under one heading of the reference. */
export type SettingGroup = { title: string; settings: Record<string, z.ZodType> };

/** The reference of a service's settings, in Markdown. */
export function configurationReference(service: string, groups: SettingGroup[]): string {
  const parts = groups.map(({ title, settings }) => {
    const rows = Object.entries(settings).map(([name, schema]) => rowOf(name, schema));
    return `### ${service}: ${title}\n\n| Variable | Takes | Default | |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `## ${service}\n\n${parts.join("\n")}`;
}

function rowOf(name: string, schema: z.ZodType): string {
  const { takes = "", description = "" } = metaOf(schema);
  return `| \`${name}\` | ${takes} | ${defaultOf(schema)} | ${description} |`.replaceAll(/ {2,}/g, " ");
}

function defaultOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodPrefault) return `\`${schema.def.defaultValue}\``;
  const unset = schema.safeParse(undefined);
  if (!unset.success) return "**needed**";
  const isNone = unset.data === undefined || (Array.isArray(unset.data) && unset.data.length === 0);
  return isNone ? "" : `\`${unset.data}\``;
}
