import type { ContentSeal } from "./content-seal.ts";
import type { Database, Queryable } from "./database.ts";

/** Statements on a tenant's database, with what seals the tenant's content. */
export interface TenantQueryable extends Queryable {
  readonly contents: ContentSeal;
}

/** A tenant's database. */
export interface TenantDatabase extends TenantQueryable, Omit<Database, "transaction"> {
  /** Aborted when the tenant's secret names another database or login: who listens here listens there from now on. */
  readonly replaced: AbortSignal;
  transaction<Result>(work: (transaction: TenantQueryable) => Promise<Result>): Promise<Result>;
}

/** @param options.onError Told of every error of a statement or of a connection, before the caller gets it. */
export function tenantDatabase(
  database: Database,
  options: { contents: ContentSeal; replaced: AbortSignal; onError: (error: unknown) => Promise<void> },
): TenantDatabase {
  const { contents, replaced } = options;
  const noticed = <Result>(work: Promise<Result>): Promise<Result> =>
    work.catch(async (error: unknown) => {
      await options.onError(error).catch(() => {});
      throw error;
    });
  return {
    contents,
    replaced,
    rows: (...statement) => noticed(database.rows(...statement)),
    row: (...statement) => noticed(database.row(...statement)),
    run: (...statement) => noticed(database.run(...statement)),
    script: (sql) => noticed(database.script(sql)),
    transaction: (work) => noticed(database.transaction((transaction) => work({ ...transaction, contents }))),
    listen: (channel, heard) => database.listen(channel, heard),
    close: () => database.close(),
  };
}
