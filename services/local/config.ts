import { resolve } from "node:path";
import { OperatorError } from "@ledgix/configuration/operator-error";
import { between } from "@ledgix/configuration/setting";
import { z } from "zod";

const port = (fallback: number) => between(1, 65_535, "port").default(fallback);

/** The environment of `npm start`. */
export const localConfig = z.object({
  /** Everything that is kept: databases, secrets, keys, anchors, mail. */
  LEDGIX_DATA_DIR: z
    .string()
    .default(".ledgix")
    .transform((path) => resolve(path)),
  PORT: port(3000),
  VAULT_PORT: port(8000),
  JUDGE_PORT: port(8001),
  SUPABASE_PORT: port(54321),
});
export type LocalConfig = z.infer<typeof localConfig>;

/** Only this machine: the embedded default has a local inbox, and secrets that were never anybody's to choose. */
export const HOST = "127.0.0.1";

/** The embedded default does not start, or its helpers do not go on. */
export class StartRefused extends OperatorError {
  override name = "StartRefused";
}
