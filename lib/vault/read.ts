import { problem } from "@ledgix/contract/problem";
import type { z } from "zod";

export class ReadFailed extends Error {
  override name = "ReadFailed";
  readonly code: string | undefined;
  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Reads JSON from the console's own API through its schema. @throws {ReadFailed} whose message a person can read */
export async function read<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<z.output<Schema>> {
  const response = await fetch(path, { signal }).catch((error) => {
    if (signal.aborted) throw error;
    throw new ReadFailed("The console cannot be reached. Check your connection.");
  });
  if (response.redirected)
    throw new ReadFailed(
      "Your session has ended. Sign in again; what you typed stays in this tab until you leave it.",
      "signed_out",
    );
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return schema.parse(body);
  const parsed = problem.partial().safeParse(body);
  throw new ReadFailed(parsed.data?.detail ?? "This could not be read. Try again shortly.", parsed.data?.code);
}

/** Where the console passes a read on to Vault. */
export const vaultPath = (client: string, path: string) => `/api/${client}/vault${path}`;
