"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, useTransition } from "react";
import { toast } from "sonner";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { changePassword } from "@/lib/auth/account-actions";

/** Another password, by the current one: an open screen alone changes nothing. */
export function ChangePassword() {
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const [round, setRound] = useState(0);
  const section = useRef<HTMLHeadingElement>(null);
  const queries = useQueryClient();
  const change = (form: FormData) =>
    start(async () => {
      const result = await changePassword({ current: String(form.get("current")), password: String(form.get("password")) });
      setError(result.ok ? null : result.error);
      if (!result.ok) return;
      setRound((count) => count + 1); // empties the fields
      section.current?.focus();
      toast.success("Your password is changed. Every other session is ended.");
      await queries.invalidateQueries({ queryKey: ["sessions"] });
    });
  return (
    <Panel className="flex flex-col gap-4 p-5">
      <div>
        <h2 ref={section} tabIndex={-1} className="font-semibold outline-none">
          Password
        </h2>
        <p className="text-muted">Changing it signs you out everywhere else.</p>
      </div>
      <Form key={round} submit="Change password" isPending={isPending} error={error} onSubmit={change}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Current password">
            {(ids) => <Input {...ids} name="current" type="password" autoComplete="current-password" required />}
          </Field>
          <Field label="New password" hint="At least 10 characters.">
            {(ids) => <Input {...ids} name="password" type="password" autoComplete="new-password" required />}
          </Field>
        </div>
      </Form>
    </Panel>
  );
}
