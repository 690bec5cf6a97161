import { ProblemError } from "@ledgix/contract/problem";
import type { absence } from "@ledgix/contract/review";
import type { Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { plainAddress } from "../people/address.ts";
import { type Person, unfitness } from "../people/directory.ts";

type Absence = z.infer<typeof absence>;

/** Who is away now, each with who stands in for them (null: nobody), by their addresses in plain spelling. */
export async function standInsOf(database: Queryable, now: Date): Promise<Map<string, string | null>> {
  const rows = await database.rows(
    z.object({ member: z.string(), delegate: z.string().nullable() }),
    "select member, delegate from absences where away_from <= $1 and away_until > $1",
    [now],
  );
  return new Map(rows.map(({ member, delegate }) => [plainAddress(member), delegate && plainAddress(delegate)]));
}

/** Absences that have not ended yet. */
export async function listAbsences(database: Queryable): Promise<Absence[]> {
  const rows = await database.rows(
    z.object({ member: z.string(), delegate: z.string().nullable(), away_from: z.date(), away_until: z.date() }),
    "select member, delegate, away_from, away_until from absences where away_until > now() order by away_from",
  );
  return rows.map(({ member, delegate, away_from, away_until }) => ({
    member,
    delegate,
    from: away_from.toISOString(),
    until: away_until.toISOString(),
  }));
}

/** Sets or ends a member's own absence. Who stands in decides for them, so it is one of those who decide. @throws {ProblemError} `invalid_body` */
export async function setAbsence(
  database: Queryable,
  people: readonly Person[],
  member: string,
  change: { delegate: string | null; from: string; until: string } | null,
): Promise<Absence[]> {
  if (change === null) await database.run("delete from absences where member = $1", [member]);
  else {
    if (Date.parse(change.until) <= Date.parse(change.from))
      throw new ProblemError("invalid_body", "The absence must end after it begins.");
    const delegate = change.delegate && plainAddress(change.delegate);
    if (delegate === member) throw new ProblemError("invalid_body", "Name somebody else to stand in for you.");
    const unfit = delegate && unfitness(people, delegate);
    if (unfit) throw new ProblemError("invalid_body", `${unfit} Name a member who decides to stand in for you.`);
    await database.run(
      `insert into absences (member, delegate, away_from, away_until) values ($1, $2, $3, $4)
       on conflict (member) do update set delegate = excluded.delegate, away_from = excluded.away_from, away_until = excluded.away_until`,
      [member, delegate, new Date(change.from), new Date(change.until)],
    );
  }
  return listAbsences(database);
}
