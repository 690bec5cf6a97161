"use client";

import type { ReviewCase } from "@ledgix/contract/review";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/input";
import { Time } from "@/components/ui/time";
import { commentOnCase } from "@/lib/reviews/actions";
import { membersQuery, reviewQuery } from "@/lib/vault/queries";

const SUGGESTED = 5;

/** What reviewers say to each other about a case. Whoever is named behind an @ gets a mail. */
export function CaseComments({ client, review, mayWrite }: { client: string; review: ReviewCase; mayWrite: boolean }) {
  return (
    <div className="flex flex-col gap-3">
      {review.comments.length === 0 && <p className="text-muted">Nobody has commented.</p>}
      <ul aria-label="Comments" className="flex flex-col gap-3">
        {review.comments.map((comment) => (
          <li key={comment.comment_id}>
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-semibold break-all">{comment.author}</span>
              <Time at={comment.at} className="text-muted" />
            </p>
            <p className="break-words whitespace-pre-wrap">
              <Mentioned text={comment.text} mentions={comment.mentions} />
            </p>
          </li>
        ))}
      </ul>
      {mayWrite && <CommentForm client={client} requestId={review.request_id} />}
    </div>
  );
}

/** Those who were named stand out. */
function Mentioned({ text, mentions }: { text: string; mentions: string[] }) {
  let offset = 0;
  return text.split(/(@[\w.+-]+@[\w.-]+\w)/).map((part) => {
    const key = offset;
    offset += part.length;
    const isMention = part.startsWith("@") && mentions.includes(part.slice(1).toLowerCase());
    return isMention ? (
      <span key={key} className="rounded bg-accent-soft px-1 text-accent">
        {part}
      </span>
    ) : (
      part
    );
  });
}

function CommentForm({ client, requestId }: { client: string; requestId: string }) {
  const [text, setText] = useState("");
  const [isPending, start] = useTransition();
  const { data } = useQuery(membersQuery(client));
  const queries = useQueryClient();
  const field = useRef<HTMLTextAreaElement>(null);
  const typed = /(?:^|\s)@([\w.+-]*)$/.exec(text)?.[1]?.toLowerCase();
  const suggested =
    typed === undefined ? [] : (data?.members ?? []).filter((member) => member.email.startsWith(typed)).slice(0, SUGGESTED);
  const send = () =>
    start(async () => {
      const result = await commentOnCase(client, requestId, text);
      if (!result.ok) return void toast.error(result.error);
      setText("");
      queries.setQueryData(reviewQuery(client, requestId).queryKey, result.data);
    });
  const mention = (email: string) => {
    setText(text.replace(/@[\w.+-]*$/, `@${email} `));
    field.current?.focus();
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") send();
      }}
    >
      <Textarea
        ref={field}
        id="comment"
        aria-label="Comment"
        rows={2}
        maxLength={4096}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Ask or tell the others; name somebody with @"
      />
      {suggested.length > 0 && (
        <ul aria-label="Members to name" className="flex flex-wrap gap-1.5">
          {suggested.map((member) => (
            <li key={member.user_id}>
              <Button size="sm" variant="secondary" onClick={() => mention(member.email)}>
                @{member.email}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Button type="submit" variant="secondary" size="sm" className="self-start" disabled={isPending || text.trim() === ""}>
        {isPending ? "Sending…" : "Comment"}
      </Button>
    </form>
  );
}
