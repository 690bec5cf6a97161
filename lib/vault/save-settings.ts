import "server-only";
import { settingsChanged } from "@ledgix/contract/settings-changes";
import type { z } from "zod";
import type { Member } from "../session";
import type { Saved } from "../settings/saved";
import { askVault, json, resultOf } from "./server";

type Schemas<Answer extends z.ZodType, Document extends z.ZodType> = {
  answer: Answer;
  /** What others' version is read with, where it is not what a change is answered with. */
  document: Document;
};

/** Saves settings over the version that was read: whoever saved in between is told of, not overwritten. */
export async function saveSettings<Answer extends z.ZodType, Document extends z.ZodType>(
  member: Member,
  path: string,
  { answer, document }: Schemas<Answer, Document>,
  update: unknown,
  version: string,
): Promise<Saved<z.output<Answer>, z.output<Document>>> {
  const put = json("PUT", update);
  const given = await askVault(member, path, { ...put, headers: { ...put.headers, "if-match": `"${version}"` } });
  const changed = settingsChanged.safeParse(given?.body);
  if (given?.ok !== false || !changed.success) return resultOf(given, answer);
  const { detail, code, current, ...rest } = changed.data;
  return { ok: false, error: detail, code, conflict: { ...rest, current: document.parse(current) } };
}
