"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { BrowserNoticesSetting } from "@/components/shell/browser-notices";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { exactTime } from "@/lib/format";
import { saveAbsence } from "@/lib/reviews/actions";
import { absencesQuery, membersQuery } from "@/lib/vault/queries";
import { ChangePassword } from "./change-password";
import { SecondFactor } from "./second-factor";
import { Sessions } from "./sessions";
import { SlackIdentity } from "./slack-identity";

/** What is the signed-in person's own: when they are away, how they sign in, and where they are signed in. */
export function AccountPage({
  client,
  email,
  mayReview,
  mayUseSecondFactor,
}: {
  client: string;
  email: string;
  mayReview: boolean;
  mayUseSecondFactor: boolean;
}) {
  return (
    <Page title="You" description={`Signed in as ${email}.`}>
      {mayReview && <Absence client={client} email={email.toLowerCase()} />}
      {mayReview && <SlackIdentity client={client} />}
      <BrowserNoticesSetting />
      <ChangePassword />
      {mayUseSecondFactor && <SecondFactor />}
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
