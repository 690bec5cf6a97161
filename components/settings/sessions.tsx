"use client";

import { useQuery } from "@tanstack/react-query";
import { useTransition } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { endSession, listSessions, signOutElsewhere } from "@/lib/auth/account-actions";
import { deviceOf } from "@/lib/auth/device";
import type { SessionRow } from "@/lib/auth/session-row";

/** Where the signed-in person is signed in, and how to end it there. */
export function Sessions() {
  const { data, refetch } = useQuery({ queryKey: ["sessions"], queryFn: () => listSessions() });
  const [isPending, start] = useTransition();
  const act = (work: () => ReturnType<typeof endSession>, done: string) =>
    start(async () => {
      const result = await work();
      if (result.ok) toast.success(done);
      else toast.error(result.error);
      await refetch();
    });
  const hasOthers = data?.ok === true && data.data.some((session) => !session.is_current);
  return (
    <Panel>
      <header className="flex flex-wrap items-center justify-between gap-3 p-5 pb-3">
        <div>
          <h2 className="font-semibold">Sessions</h2>
          <p className="text-muted">Where you are signed in. End what you do not know, and change your password.</p>
        </div>
        {hasOthers && (
          <ConfirmButton
            label="Sign out everywhere else"
            title="Sign out everywhere else"
            consequence="Every other browser must sign in again, within seconds. This one stays."
            confirm="Sign out the others"
            onConfirm={() => act(signOutElsewhere, "Every other session is ended.")}
            variant="secondary"
          />
        )}
      </header>
      {data === undefined ? (
        <SkeletonRows rows={2} label="Reading sessions" />
      ) : data.ok ? (
        <ul aria-label="Sessions" className="divide-y divide-line border-t border-line">
          {data.data.map((session) => (
            <SessionLine
              key={session.id}
              session={session}
              isPending={isPending}
              onEnd={() => act(() => endSession(session.id), "The session is ended.")}
            />
          ))}
        </ul>
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3 px-5 pb-5">
          <p className="text-denied">{data.error}</p>
          <Button variant="secondary" size="sm" onClick={() => void refetch()}>
            Try again
          </Button>
        </div>
      )}
    </Panel>
  );
}

function SessionLine({ session, isPending, onEnd }: { session: SessionRow; isPending: boolean; onEnd: () => void }) {
  const device = deviceOf(session.user_agent);
  return (
    <li className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-5 py-2.5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2" title={session.user_agent ?? ""}>
          {device}
          {session.is_current && <Badge>This one</Badge>}
        </p>
        <p className="text-muted">
          {session.ip && <>{session.ip} · </>}
          {session.last_used_at && (
            <>
              used <Time at={session.last_used_at} />
            </>
          )}
          {session.created_at && (
            <>
              , since <Time at={session.created_at} />
            </>
          )}
        </p>
      </div>
      {!session.is_current && (
        <Button variant="ghost" size="sm" disabled={isPending} aria-label={`End the session: ${device}`} onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  );
}
