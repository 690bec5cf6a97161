import { z } from "zod";

export const sessionRow = z.object({
  id: z.string(),
  user_agent: z.string().nullable(),
  ip: z.string().nullable(),
  created_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  is_current: z.boolean(),
});
export type SessionRow = z.infer<typeof sessionRow>;
