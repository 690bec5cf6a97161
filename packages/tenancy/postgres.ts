import pg from "pg";
import { type Database, type Execute, type Queryable, queryable } from "./database.ts";
import { oftenUsedStatements } from "./often-used.ts";
import { postgresListener } from "./postgres-listener.ts";
import { type TlsMode, withTlsMode } from "./tls-mode.ts";

/** One for all tenants: their databases are asked the same. */
const nameOf = oftenUsedStatements();
const INT8 = 20;

export type PostgresOptions = {
  /** Connections at most. */
  maxConnections: number;
  /** TLS where the DSN does not say. */
  tlsMode?: TlsMode;
  /** After so long without use a connection is closed. */
  idleSeconds?: number;
  /** Told of errors on idle connections, which belong to no query. */
  onIdleError?: (error: Error) => void;
};

/** Opens a pool on a PostgreSQL server. Connects on first use. */
export function openPostgres(databaseUrl: string, options: PostgresOptions): Database {
  const types = new pg.TypeOverrides();
  types.setTypeParser(INT8, Number); // sequences and counts: far below 2^53
  const connectionString = withTlsMode(databaseUrl, options.tlsMode);
  const pool = new pg.Pool({
    connectionString,
    max: options.maxConnections,
    types,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: (options.idleSeconds ?? 10) * 1000,
  });
  const listener = postgresListener(connectionString);
  pool.on("error", (error) => options.onIdleError?.(error));

  return {
    ...statementsOf(pool),
    async transaction(work) {
      const connection = await pool.connect();
      // Lost between two statements, a connection that is out of the pool tells nobody but its own listeners, and without one ends the
      // process. The next statement fails by itself.
      const onLost = () => {};
      connection.on("error", onLost);
      try {
        await connection.query("begin");
        const result = await work(statementsOf(connection));
        await connection.query("commit");
        connection.release();
        return result;
      } catch (error) {
        // A connection that cannot even roll back is thrown away, not reused.
        const rolledBack = await connection.query("rollback").then(
          () => true,
          () => false,
        );
        connection.release(!rolledBack);
        throw error;
      } finally {
        connection.off("error", onLost);
      }
    },
    listen: listener.listen,
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

function statementsOf(statements: pg.Pool | pg.PoolClient): Queryable {
  const execute: Execute = async (sql, parameters) => {
    const name = nameOf(sql);
    const result = await statements.query({ text: sql, values: parameters, ...(name !== undefined && { name }) });
    return { rows: result.rows, affected: result.rowCount ?? 0 };
  };
  return queryable(execute, (sql) => statements.query(sql));
}
