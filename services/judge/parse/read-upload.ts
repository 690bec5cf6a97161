import type { ReadDocumentAnswer } from "@ledgix/contract/judge";
import { ProblemError } from "@ledgix/contract/problem";
import type { Database } from "@ledgix/tenancy/database";
import { z } from "zod";
import { readFileApart } from "./read-file.ts";

/** Milliseconds between two notes of progress, at least. */
const NOTE_EVERY_MS = 250;

/** Reads an uploaded file, and writes how far it is as it goes. It changes nothing else: what becomes of the text is Vault's. */
export async function readUpload(database: Database, uploadId: string): Promise<ReadDocumentAnswer> {
  const upload = await database.row(
    z.object({ file_name: z.string(), bytes: z.instanceof(Uint8Array) }),
    "select file_name, bytes from policy_uploads where upload_id = $1 and bytes is not null",
    [uploadId],
  );
  if (upload === null) throw new ProblemError("not_found", "There is no upload of this id to read.");
  let noted = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const note = (done: number, total: number) => {
    if (performance.now() - noted < NOTE_EVERY_MS && done < total) return;
    noted = performance.now();
    writing = writing.then(() =>
      database.run(
        "update policy_uploads set state = 'reading', done = $2, total = $3, touched_at = now() where upload_id = $1",
        [uploadId, done, total],
      ),
    );
  };
  const answer = await readFileApart({ bytes: new Uint8Array(upload.bytes), fileName: upload.file_name }, note);
  await writing;
  return answer;
}
