import { clearanceStatus } from "@ledgix/contract/clearance";
import { ProblemError } from "@ledgix/contract/problem";
import type { ReviewComment } from "@ledgix/contract/review";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { enqueueReviewEvent } from "../outbox/enqueue.ts";
import { plainAddress } from "../people/address.ts";
import { readPeople } from "../people/directory.ts";

const commentRow = z.object({
  comment_id: z.string(),
  author_label: z.string(),
  text: z.string(),
  mentions: z.array(z.string()),
  created_at: z.date(),
});

export async function readComments(database: Queryable, requestId: string): Promise<ReviewComment[]> {
  const rows = await database.rows(
    commentRow,
    "select comment_id, author_label, text, mentions, created_at from review_comments where request_id = $1 order by created_at",
    [requestId],
  );
  return rows.map(({ author_label, created_at, ...row }) => ({ ...row, author: author_label, at: created_at.toISOString() }));
}

const MENTION = /@([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g;

/** Adds a comment to a case; members whose address stands in it behind an @ are told. @throws {ProblemError} `not_found` · `redacted` */
export async function addComment(
  deps: Pick<VaultDependencies, "controlPlane">,
  database: Database,
  principal: Principal,
  requestId: string,
  text: string,
): Promise<void> {
  const named = new Set([...text.matchAll(MENTION)].map((match) => plainAddress(match[1] ?? "")));
  const people = named.size === 0 ? [] : await readPeople(deps, principal.clientId);
  const mentions = people.map(({ email }) => email).filter((email) => named.has(email));
  await database.transaction(async (transaction) => {
    const request = z.uuid().safeParse(requestId).success
      ? await transaction.row(
          z.object({ status: clearanceStatus, redacted_at: z.date().nullable() }),
          "select status, redacted_at from clearance_requests where request_id = $1 and paused_at is not null for share",
          [requestId],
        )
      : null;
    if (request === null) throw new ProblemError("not_found", "There is no case of this id.");
    if (request.redacted_at !== null) {
      throw new ProblemError("redacted", "What this case said was redacted. It takes no comments any more.");
    }
    await transaction.run(
      "insert into review_comments (request_id, author, author_label, text, mentions) values ($1, $2, $3, $4, $5)",
      [requestId, principalId(principal), principalLabel(principal), text, mentions],
    );
    await enqueueReviewEvent(transaction, "review.updated", requestId, request.status);
    if (mentions.length > 0)
      await enqueueReviewEvent(transaction, "review.mentioned", requestId, request.status, {
        mentions,
        author: principalLabel(principal),
        text,
      });
  });
}
