import { id } from "@ledgix/contract/id";
import { ProblemError } from "@ledgix/contract/problem";
import { z } from "zod";

/** Where a page of the queue ended: the pause of its last case, to PostgreSQL's microsecond, and its id. */
export type Cursor = { at: string; id: string };

const cursorParts = z.tuple([z.iso.datetime({ precision: 6 }).refine((at) => !at.startsWith("0000")), id]);

export function writeCursor({ at, id }: Cursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString("base64url");
}

/** @throws {ProblemError} `invalid_parameter` */
export function readCursor(cursor: string): Cursor {
  try {
    const [at, id] = cursorParts.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { at, id };
  } catch {
    throw new ProblemError("invalid_parameter", "The cursor is not one that this list gave. Start again without it.");
  }
}
