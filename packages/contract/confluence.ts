import { z } from "zod";
import { toolName } from "./names.ts";

/** `POST /confluence`: a space, or a page and all below it. The token is kept in the tenant's secret and never shown again. */
export const newConfluenceSource = z.object({
  base_url: z.url({ protocol: /^https?$/, error: "is the site's address, such as https://acme.atlassian.net" }).max(512),
  email: z.email(),
  token: z.string().trim().min(8).max(1024),
  space_key: z.string().trim().min(1).max(255),
  root_page_id: z
    .string()
    .trim()
    .regex(/^\d{1,20}$/, "is a page's number, from its address")
    .nullish(),
  tools: z.array(toolName).max(200).default([]),
});
export type NewConfluenceSource = z.input<typeof newConfluenceSource>;

export const confluenceSource = z.object({
  source_id: z.string(),
  base_url: z.string(),
  email: z.string(),
  space_key: z.string(),
  root_page_id: z.string().nullable(),
  tools: z.array(z.string()),
  pages: z.number().int(),
  deleted_pages: z.number().int(),
  created_at: z.string(),
  created_by: z.string(),
  synced_at: z.string().nullable(),
  /** Why the last sync stopped. What had been read stays. */
  error: z.string().nullable(),
});
export type ConfluenceSource = z.infer<typeof confluenceSource>;
export const confluenceSources = z.object({ sources: z.array(confluenceSource) });
