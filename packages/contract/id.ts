import { z } from "zod";

/**
 * An id that a caller sends, in the one spelling by which it is known: lower case, as PostgreSQL writes it. Whatever is keyed by an id is keyed
 * by this.
 *
 * @example id.parse("0190B9CE-5D4C-7C5B-A6D7-6E5D4C3B2A10") // "0190b9ce-5d4c-7c5b-a6d7-6e5d4c3b2a10"
 */
export const id = z.uuid().toLowerCase();

/** The id in its one spelling, or null where it is none. */
export function readId(text: unknown): string | null {
  return id.safeParse(text).data ?? null;
}
