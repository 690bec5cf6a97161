import type { z } from "zod";
import { storable } from "./storable.ts";

/** A value that both drivers bind alike. JSON goes as text, cast in the statement: `$1::jsonb`. */
export type Parameter =
  | string
  | number
  | boolean
  | null
  | Date
  | Uint8Array
  | (string | null)[]
  | number[]
  | boolean[]
  | Uint8Array[];

/** Statements on a connection or in a transaction. Rows pass through a schema where they enter the program. */
export interface Queryable {
  rows<Schema extends z.ZodType>(schema: Schema, sql: string, parameters?: Parameter[]): Promise<z.output<Schema>[]>;
  /** The first row, or null. */
  row<Schema extends z.ZodType>(schema: Schema, sql: string, parameters?: Parameter[]): Promise<z.output<Schema> | null>;
  /** Runs a statement for its effect. @returns how many rows it changed. */
  run(sql: string, parameters?: Parameter[]): Promise<number>;
  /** Runs statements that are separated by semicolons, without parameters. */
  script(sql: string): Promise<void>;
}

/**
 * One PostgreSQL database: PGlite in the process, or a server. SQL is the same on both.
 *
 * Inside `transaction` only the transaction it hands over may be used: PGlite has one connection, and waiting for it there would
 * wait for ever.
 */
export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result>;
  /**
   * Hears `pg_notify(channel, payload)` of every committed transaction, in commit order; null where some may have been missed, because
   * the database was away. @returns how to stop.
   */
  listen(channel: string, heard: (payload: string | null) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** How a driver runs one statement. Both adapters are this and a transaction. */
export type Execute = (sql: string, parameters: Parameter[]) => Promise<{ rows: unknown[]; affected: number }>;

export function queryable(executeStored: Execute, script: (sql: string) => Promise<unknown>): Queryable {
  const execute: Execute = (sql, parameters) => executeStored(sql, parameters.map(storable));
  return {
    async rows(schema, sql, parameters = []) {
      const result = await execute(sql, parameters);
      return result.rows.map((row) => schema.parse(row));
    },
    async row(schema, sql, parameters = []) {
      const result = await execute(sql, parameters);
      return result.rows.length === 0 ? null : schema.parse(result.rows[0]);
    },
    async run(sql, parameters = []) {
      return (await execute(sql, parameters)).affected;
    },
    async script(sql) {
      await script(sql);
    },
  };
}

/** SQLSTATE of an error of either driver, such as `23505` for a unique violation; null for other errors. */
export function sqlState(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** True where the database could not be reached or went away, as opposed to refusing a statement. */
export function isOutage(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EHOSTUNREACH)$/.test(code)) return true;
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code)) return true; // who answers is not who was asked for
  // Connection exceptions, a login that was refused, no such database, out of resources, operator intervention.
  if (/^(08|28|3D|53|57P)/.test(code)) return true;
  const message = error instanceof Error ? error.message : "";
  return /Connection terminated|does not support SSL|timeout exceeded when trying to connect|PGlite is closed/.test(message);
}
