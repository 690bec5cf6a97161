import { createHmac } from "node:crypto";
import { type Attempt, type AttemptKind, describeAttempt } from "@ledgix/contract/attempts";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";

const waitRow = z.object({ wait: z.number() });

export type Attempts = {
  /** @returns the try, and the seconds to wait where there is none left */
  take(kind: AttemptKind, who: { account: string; address: string }): Promise<{ attempt: Attempt; wait: number }>;
  /** Notes that it succeeded. */
  settle(attempt: Attempt): Promise<void>;
};

/** Counts tries in the control plane's database, under names that nobody outside can make. */
export function openAttempts(database: Database, secret: string): Attempts {
  const keyed = (text: string) => createHmac("sha256", secret).update(`attempts at the control plane\n${text}`).digest("hex");
  return {
    async take(kind, who) {
      const attempt = describeAttempt(kind, who, keyed);
      const row = await database.row(waitRow, "select public.take_attempt($1::jsonb, $2) as wait", [
        JSON.stringify(attempt.buckets),
        attempt.known,
      ]);
      if (row === null) throw new Error("take_attempt answered nothing.");
      return { attempt, wait: row.wait };
    },
    async settle({ returned, emptied, noted }) {
      await database.run("select public.settle_attempt($1, $2, $3)", [returned, emptied, noted]);
    },
  };
}
