/** A text that came so often is worth a name. */
const OFTEN = 50;
/** Texts that are counted, and texts that get a name: those that are put together from parts would fill any list. */
const MOST_COUNTED = 5_000;
const MOST_NAMED = 150;

/**
 * Names for the statements that come again and again, so that PostgreSQL parses and plans them once a connection. Whatever else comes, a server
 * keeps no more than 150 of them for each connection.
 *
 * @returns the name of a text, or undefined where it gets none
 */
export function oftenUsedStatements(): (sql: string) => string | undefined {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  return (sql) => {
    const known = names.get(sql);
    if (known !== undefined || names.size >= MOST_NAMED) return known;
    const count = (counts.get(sql) ?? 0) + 1;
    if (count < OFTEN) {
      if (counts.size >= MOST_COUNTED) counts.clear();
      counts.set(sql, count);
      return undefined;
    }
    const name = `ledgix_${names.size}`;
    names.set(sql, name);
    counts.delete(sql);
    return name;
  };
}
