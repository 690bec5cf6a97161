"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { BrowserNoticesSetting } from "@/components/shell/browser-notices";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { listSessions, type SessionRow, signOutElsewhere } from "@/lib/auth/actions";
import { exactTime } from "@/lib/format";
import { saveAbsence } from "@/lib/reviews/actions";
import { absencesQuery, membersQuery } from "@/lib/vault/queries";
import { SlackIdentity } from "./slack-identity";

/** What is the signed-in person's own: when they are away, and where they are signed in. */
export function AccountPage({ client, email, mayReview }: { client: string; email: string; mayReview: boolean }) {
  return (
    <Page title="You" description={`Signed in as ${email}.`}>
      {mayReview && <Absence client={client} email={email.toLowerCase()} />}
      {mayReview && <SlackIdentity client={client} />}
      <BrowserNoticesSetting />
      <Sessions />
    </Page>
  );
}

const DAY_MS = 24 * 3600 * 1000;
/** The value of a `datetime-local` field, in the reader's own zone. */
const localTime = (time: number) => new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function Absence({ client, email }: { client: string; email: string }) {
  const { data } = useQuery(absencesQuery(client));
  const members = useQuery(membersQuery(client));
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const own = data?.absences.find((absence) => absence.member === email);
  const others = (members.data?.members ?? []).filter(
    (member) => member.role !== "compliance" && member.email.toLowerCase() !== email,
  );
  const save = (absence: Parameters<typeof saveAbsence>[1], done: string) =>
    start(async () => {
      const result = await saveAbsence(client, absence);
      setError(result.ok ? null : result.error);
      if (!result.ok) return;
      queries.setQueryData(absencesQuery(client).queryKey, result.data);
      toast.success(done);
    });
  return (
    <Panel className="flex flex-col gap-4 p-5">
      <div>
        <h2 className="font-semibold">Out of office</h2>
        <p className="text-muted">Cases go past you meanwhile. Who stands in for you may decide what you may.</p>
      </div>
      {own ? (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p>
            Away from {exactTime(own.from)} to {exactTime(own.until)}
            {own.delegate && (
              <>
                ; <span className="font-semibold">{own.delegate}</span> stands in
              </>
            )}
            .
          </p>
          <Button variant="secondary" size="sm" disabled={isPending} onClick={() => save(null, "Welcome back.")}>
            I am back
          </Button>
        </div>
      ) : (
        <Form
          submit="Set absence"
          isPending={isPending}
          error={error}
          onSubmit={(form) => {
            const [from, until] = ["from", "until"].map((name) => new Date(String(form.get(name))));
            if (!from || !until || Number.isNaN(from.getTime()) || Number.isNaN(until.getTime()))
              return setError("Enter when you leave and when you are back.");
            save(
              { delegate: String(form.get("delegate")) || null, from: from.toISOString(), until: until.toISOString() },
              "Your absence is set.",
            );
          }}
        >
          <div className="grid gap-4 sm:grid-cols-3">
            <Field label="From">
              {(ids) => (
                <Input {...ids} type="datetime-local" name="from" defaultValue={localTime(Date.now())} suppressHydrationWarning />
              )}
            </Field>
            <Field label="Until">
              {(ids) => (
                <Input
                  {...ids}
                  type="datetime-local"
                  name="until"
                  defaultValue={localTime(Date.now() + 7 * DAY_MS)}
                  suppressHydrationWarning
                />
              )}
            </Field>
            <Field label="Stands in">
              {(ids) => (
                <Select {...ids} name="delegate" defaultValue="">
                  <option value="">Nobody</option>
                  {others.map((member) => (
                    <option key={member.user_id} value={member.email.toLowerCase()}>
                      {member.email}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        </Form>
      )}
    </Panel>
  );
}

function Sessions() {
  const { data, refetch } = useQuery({ queryKey: ["sessions"], queryFn: () => listSessions() });
  const [, start] = useTransition();
  const endOthers = () =>
    start(async () => {
      const result = await signOutElsewhere();
      if (result.ok) toast.success("Every other session is ended.");
      else toast.error(result.error);
      await refetch();
    });
  return (
    <Panel>
      <header className="flex flex-wrap items-center justify-between gap-3 p-5 pb-3">
        <div>
          <h2 className="font-semibold">Sessions</h2>
          <p className="text-muted">Where you are signed in.</p>
        </div>
        <ConfirmButton
          label="Sign out everywhere else"
          title="Sign out everywhere else"
          consequence="Every other browser must sign in again, within the hour at the latest. This one stays."
          confirm="Sign out the others"
          onConfirm={endOthers}
          variant="secondary"
        />
      </header>
      {data === undefined ? (
        <SkeletonRows rows={2} label="Reading sessions" />
      ) : data.ok ? (
        <ul aria-label="Sessions" className="divide-y divide-line border-t border-line">
          {data.data.map((session) => (
            <SessionLine key={session.id} session={session} />
          ))}
        </ul>
      ) : (
        <p className="px-5 pb-5 text-denied">{data.error}</p>
      )}
    </Panel>
  );
}

function SessionLine({ session }: { session: SessionRow }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 px-5 py-2.5">
      <span className="min-w-0 truncate">
        {session.user_agent ?? "A browser"} {session.ip && <span className="text-muted">{session.ip}</span>}
      </span>
      {session.created_at && (
        <span className="text-muted">
          since <Time at={session.created_at} />
        </span>
      )}
    </li>
  );
}
