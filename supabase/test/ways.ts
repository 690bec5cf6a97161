import { randomBytes } from "node:crypto";
import type { Database, Parameter, Queryable } from "@ledgix/tenancy/database";
import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { z } from "zod";
import { openControlPlane } from "../../services/local/control-plane.ts";
import { openControlPlaneForTests } from "../../services/local/test/control-plane-database.ts";

/** Whose access token a call carries; null for nobody. */
export type Subject = { userId: string; sessionId?: string } | null;
type Arguments = Record<string, Parameter>;
const row = z.record(z.string(), z.unknown());

/** What a member may try. Refusals reject with the SQLSTATE as `code`, and the sentence as message. */
export type Caller = {
  call(name: string, given?: Arguments): Promise<unknown>;
  read(table: string, columns?: string, where?: Record<string, string>): Promise<z.infer<typeof row>[]>;
  insert(table: string, given: Arguments): Promise<void>;
  update(table: string, given: Arguments): Promise<void>;
  remove(table: string): Promise<void>;
};

export type ControlPlaneUnderTest = {
  database: Database;
  as(subject: Subject): Caller;
  close(): Promise<void>;
};

/** A refusal, whichever way it came. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** By the roles of the database, on PGlite or PostgreSQL: what PostgREST of a hosted project does. */
async function openByRoles(directory: string): Promise<ControlPlaneUnderTest> {
  const { database } = await openControlPlaneForTests(directory);
  return { database, as: (subject) => callerByRole(database, subject), close: () => database.close() };
}

function callerByRole(database: Database, subject: Subject): Caller {
  const run = <Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> =>
    database
      .transaction(async (transaction) => {
        await transaction.run(
          "select set_config('request.jwt.claim.sub', $1, true), set_config('request.jwt.claims', $2, true)",
          [subject?.userId ?? "", JSON.stringify({ session_id: subject?.sessionId })],
        );
        await transaction.script(`set local role ${subject ? "authenticated" : "anon"}`);
        return work(transaction);
      })
      .catch((error: unknown) => {
        throw error instanceof Error && "code" in error ? new Refusal(error.message, String(error.code)) : error;
      });
  const named = (given: Arguments) => Object.keys(given).map((name, i) => [name, `$${i + 1}`] as const);
  return {
    call: (name, given = {}) =>
      run(async (transaction) => {
        const list = named(given).map((pair) => pair.join(" => "));
        const answer = await transaction.row(
          z.object({ it: z.string().nullable() }),
          `select public.${name}(${list.join(", ")})::text as it`,
          Object.values(given),
        );
        return answer?.it?.startsWith("{") || answer?.it?.startsWith("[") ? JSON.parse(answer.it) : answer?.it;
      }),
    read: (table, columns = "*", where = {}) =>
      run((transaction) => {
        const conditions = named(where).map(([name, value]) => `and ${name}::text = ${value}`);
        return transaction.rows(
          row,
          `select ${columns} from public.${table} where true ${conditions.join(" ")}`,
          Object.values(where),
        );
      }),
    insert: (table, given) =>
      run(async (transaction) => {
        const [names, values] = [named(given).map(([name]) => name), named(given).map(([, value]) => value)];
        await transaction.run(
          `insert into public.${table} (${names.join(", ")}) values (${values.join(", ")})`,
          Object.values(given),
        );
      }),
    update: (table, given) =>
      run(async (transaction) => {
        const list = named(given).map((pair) => pair.join(" = "));
        await transaction.run(`update public.${table} set ${list.join(", ")}`, Object.values(given));
      }),
    remove: (table) => run(async (transaction) => void (await transaction.run(`delete from public.${table}`))),
  };
}

/** Through the HTTP API of Supabase Lite, as `npm start` runs it. */
async function openEmbedded(directory: string): Promise<ControlPlaneUnderTest> {
  const jwtSecret = randomBytes(48).toString("base64url");
  const publishableKey = "sb_publishable_test";
  const controlPlane = await openControlPlane({
    directory: `${directory}/control-plane`,
    jwtSecret,
    publishableKey,
    siteUrl: "http://localhost:3000",
    email: { send: async () => {} },
  });
  const sign = ({ userId, sessionId }: NonNullable<Subject>) =>
    new SignJWT({ role: "authenticated", ...(sessionId && { session_id: sessionId }) })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(jwtSecret));
  const as = (subject: Subject): Caller => {
    const client = createClient("http://control-plane.test", publishableKey, {
      global: { fetch: (input, init) => controlPlane.fetch(new Request(input, init)) },
      ...(subject && { accessToken: () => sign(subject) }),
    });
    const settle = async (
      asked: PromiseLike<{ data: unknown; error: { message: string; code: string } | null }>,
    ): Promise<unknown> => {
      const { data, error } = await asked;
      if (error) throw new Refusal(error.message, error.code);
      return data;
    };
    return {
      call: (name, given = {}) => settle(client.rpc(name, given)),
      read: async (table, columns = "*", where = {}) =>
        z.array(row).parse(await settle(client.from(table).select(columns.replaceAll(" ", "")).match(where))),
      insert: async (table, given) => void (await settle(client.from(table).insert(onTheWire(given)))),
      update: async (table, given) =>
        void (await settle(client.from(table).update(onTheWire(given)).not(firstColumn(table), "is", null))),
      remove: async (table) => void (await settle(client.from(table).delete().not(firstColumn(table), "is", null))),
    };
  };
  return { database: controlPlane.database, as, close: controlPlane.close };
}

/** The client's types know no tables here. */
const onTheWire = (given: Arguments) => JSON.parse(JSON.stringify(given));

/** A column that is never null: the Data API wants a filter for what changes rows. */
const firstColumn = (table: string) => (["memberships", "api_key_uses", "api_key_refusals"].includes(table) ? "client_id" : "id");

export type Way = { way: string; open(directory: string): Promise<ControlPlaneUnderTest> };

/** Each suite of the control plane runs in all of them. The embedded default is on PGlite alone. */
export const ways: Way[] = [
  { way: "by the roles of the database", open: openByRoles },
  ...(process.env.TEST_DATABASE_URL ? [] : [{ way: "through the embedded HTTP API", open: openEmbedded }]),
];
