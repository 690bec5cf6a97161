"use client";

import Link from "next/link";
import { useEffect, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { FormAlert } from "@/components/ui/form";
import { Skeleton } from "@/components/ui/skeleton";
import type { ActionResult } from "@/lib/action-result";
import { signOutTo } from "@/lib/auth/actions";
import { acceptInvitation, type Invitation, readInvitation } from "@/lib/members/actions";

/** Where the token waits in this tab while its owner signs in or up. */
const KEPT_TOKEN = "ledgix-invitation";

/** An invitation, from the link of its e-mail. The token stands behind the #, so no server and no log sees it in an address. */
export function JoinTenant() {
  const [token, setToken] = useState<string | null>(null);
  const [invitation, setInvitation] = useState<ActionResult<Invitation> | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();

  useEffect(() => {
    const given = window.location.hash.slice(1) || sessionStorage.getItem(KEPT_TOKEN) || "";
    sessionStorage.setItem(KEPT_TOKEN, given);
    window.history.replaceState(null, "", "/join");
    setToken(given);
    void readInvitation(given).then(setInvitation);
  }, []);

  if (invitation === null || token === null) return <Skeleton className="h-40 w-full" />;
  if (!invitation.ok) {
    return (
      <>
        <h1 className="text-xl font-semibold">Invitation</h1>
        <FormAlert>{invitation.error}</FormAlert>
        <Link href="/" className="text-accent underline underline-offset-2">
          To the console
        </Link>
      </>
    );
  }
  const { tenant, email, role, signedInAs } = invitation.data;
  const accept = () =>
    start(async () => {
      const result = await acceptInvitation(token);
      if (!result.ok) return setError(result.error);
      sessionStorage.removeItem(KEPT_TOKEN);
      window.location.assign(`/${result.data.clientId}/reviews`);
    });
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1 className="text-xl font-semibold">Join {tenant}</h1>
        <p className="text-muted">
          You are invited as <span className="text-ink">{role}</span>, for <span className="break-all text-ink">{email}</span>.
        </p>
      </div>
      {error && <FormAlert>{error}</FormAlert>}
      {signedInAs === null ? (
        <div className="flex flex-col gap-2">
          <Button asChild size="lg">
            <Link href="/sign-up?next=join">Create an account</Link>
          </Button>
          <Button asChild size="lg" variant="secondary">
            <Link href="/sign-in?next=join">Sign in</Link>
          </Button>
        </div>
      ) : signedInAs.toLowerCase() === email ? (
        <Button size="lg" onClick={accept} disabled={isPending}>
          {isPending ? "Joining…" : "Accept the invitation"}
        </Button>
      ) : (
        <>
          <FormAlert>You are signed in as {signedInAs}. The invitation is for another address.</FormAlert>
          <Button size="lg" variant="secondary" onClick={() => void signOutTo("join")}>
            Sign in with {email}
          </Button>
        </>
      )}
    </>
  );
}
