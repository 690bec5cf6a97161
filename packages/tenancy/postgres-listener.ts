import pg from "pg";

/** Told of a notification, or null where some may have been missed: the connection was away. */
export type Heard = (payload: string | null) => void;

const RECONNECT_MS = 1_000;

export type PostgresListener = {
  listen(channel: string, heard: Heard): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** Hears notifications on one connection of its own, however many listeners there are: the pool stays free for queries. */
export function postgresListener(databaseUrl: string): PostgresListener {
  const listeners = new Map<string, Set<Heard>>();
  let connection: Promise<pg.Client> | undefined;
  let isClosed = false;

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on("notification", ({ channel, payload }) => {
      for (const heard of listeners.get(channel) ?? []) heard(payload ?? "");
    });
    client.on("error", reconnect);
    client.on("end", reconnect);
    await client.connect();
    for (const channel of listeners.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    return client;
  }

  function reconnect(): void {
    if (isClosed || connection === undefined) return;
    connection = undefined;
    const again = async (): Promise<void> => {
      if (isClosed || listeners.size === 0 || connection !== undefined) return;
      connection = connect();
      try {
        await connection;
        for (const channel of listeners.values()) for (const heard of channel) heard(null);
      } catch {
        connection = undefined;
        setTimeout(() => void again(), RECONNECT_MS);
      }
    };
    setTimeout(() => void again(), RECONNECT_MS);
  }

  return {
    async listen(channel, heard) {
      const others = listeners.get(channel) ?? new Set();
      listeners.set(channel, others.add(heard));
      connection ??= connect();
      try {
        await (await connection).query(`listen ${pg.escapeIdentifier(channel)}`);
      } catch (error) {
        others.delete(heard);
        connection = undefined;
        throw error;
      }
      return async () => {
        others.delete(heard);
      };
    },
    async close() {
      isClosed = true;
      await (await connection?.catch(() => undefined))?.end();
    },
  };
}
