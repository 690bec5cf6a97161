/** Modes of libpq (https://www.postgresql.org/docs/17/libpq-ssl.html). */
export const tlsModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type TlsMode = (typeof tlsModes)[number];

/**
 * A DSN that pg reads as libpq does: `require` encrypts and takes any certificate, `verify-ca` checks it against the authority in
 * `sslrootcert`, `verify-full` the name too. By itself pg 8 takes the first two for the last. One thing stays stricter than libpq: `prefer`
 * does not go back to a connection in the clear.
 *
 * @param mode Where the DSN names none; pg's own default is a connection in the clear.
 */
export function withTlsMode(databaseUrl: string, mode?: TlsMode): string {
  if (!URL.canParse(databaseUrl)) return databaseUrl; // pg refuses it without repeating it, which URL does not
  const url = new URL(databaseUrl);
  const chosen = url.searchParams.get("sslmode") ?? mode;
  if (!tlsModes.some((known) => known === chosen)) return databaseUrl;
  url.searchParams.set("sslmode", chosen ?? "");
  url.searchParams.set("uselibpqcompat", "true");
  return url.toString();
}
