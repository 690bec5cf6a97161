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
  /** Names beside localhost, separated by commas, under which the four ports are reached, such as a container's name for its host. */
  LEDGIX_ALLOWED_HOSTS: z
    .string()
    .default("")
    .transform((names) =>
      names
        .split(",")
        .map((name) => name.trim().toLowerCase())
        .filter(Boolean),
    )
    .pipe(z.array(z.string().regex(/^[a-z0-9.-]+$/, "takes names such as host.docker.internal, without a port"))),
});
export type LocalConfig = z.infer<typeof localConfig>;

/** Only this machine: the embedded default has a local inbox, and secrets that were never anybody's to choose. */
export const HOST = "127.0.0.1";

/** The embedded default does not start, or its helpers do not go on. */
export class StartRefused extends OperatorError {
  override name = "StartRefused";
}
