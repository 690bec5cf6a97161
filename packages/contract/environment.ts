import { z } from "zod";

export const environments = ["development", "staging", "production"] as const;
export const environment = z.enum(environments);
export type Environment = z.infer<typeof environment>;
