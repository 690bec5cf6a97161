import { z } from "zod";

/** One administrative act. `detail` is what was set, before and after where both are known. */
export const auditRow = z.object({
  id: z.coerce.number(),
  actor_email: z.string().nullable(),
  action: z.string(),
  target: z.string(),
  detail: z.json(),
  created_at: z.string(),
});
export type AuditRow = z.infer<typeof auditRow>;
/** The id after which a page begins, as text in an address. */
export const auditCursor = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable();
export const auditPage = z.object({ events: z.array(auditRow), next_cursor: z.string().nullable() });
export type AuditPage = z.infer<typeof auditPage>;

export type AuditFilter = { q: string; actor: string; action: string };
