"use client";

import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { FormAlert } from "@/components/ui/form";
import type { ActionResult } from "@/lib/action-result";
import { endMail } from "@/lib/notifications/actions";

/** The token stands behind the #, so no log sees it. Opening the page changes nothing. */
export function Unsubscribe() {
  const [result, setResult] = useState<ActionResult<{ email: string; tenant: string }> | null>(null);
  const [isPending, start] = useTransition();
  const end = () => start(async () => setResult(await endMail(window.location.hash.slice(1))));
  if (result?.ok) {
    return (
      <>
        <h1 className="text-xl font-semibold">You are unsubscribed</h1>
        <p className="text-muted">
          {result.data.email} gets no more notices from {result.data.tenant}. What concerns you by name or by your duty still
          comes.
        </p>
      </>
    );
  }
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1 className="text-xl font-semibold">No more of these mails?</h1>
        <p className="text-muted">Notices by routes end. Cases that are given to you, and that escalate to you, still come.</p>
      </div>
      {result && !result.ok && <FormAlert>{result.error}</FormAlert>}
      <Button size="lg" onClick={end} disabled={isPending}>
        {isPending ? "Unsubscribing…" : "Unsubscribe"}
      </Button>
    </>
  );
}
