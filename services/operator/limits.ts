import { z } from "zod";
import { type Installation, Refused } from "./installation.ts";

const limit = z.object({ name: z.string(), value: z.number() });
export type Limit = z.infer<typeof limit>;

/** What one person or tenant may make on this installation. */
export const listLimits = ({ controlPlane }: Installation): Promise<Limit[]> =>
  controlPlane.rows(limit, "select name, value from private.limits order by name");

/** Holds from the next call on. @throws {Refused} */
export async function setLimit(installation: Installation, name: string, given: string): Promise<Limit[]> {
  const limits = await listLimits(installation);
  if (!limits.some((known) => known.name === name))
    throw new Refused(`There is no limit ${name}. There are: ${limits.map((known) => known.name).join(", ")}.`);
  const least = name === "tenants_per_person" ? 0 : 1;
  const value = z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(100_000))
    .safeParse(given);
  if (!value.success) throw new Refused(`${name} takes a whole number from ${least} to 100000.`);
  await installation.controlPlane.run("update private.limits set value = $2 where name = $1", [name, value.data]);
  return listLimits(installation);
}
