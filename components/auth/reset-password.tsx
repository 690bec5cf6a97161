"use client";

import Link from "next/link";
import { useActionState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { requestReset, resetPassword } from "@/lib/auth/actions";
import { FormError } from "./credentials-form";

/** Two steps on one page: ask for a code by e-mail, then set the new password with it. */
export function ResetPassword({ hasLocalInbox }: { hasLocalInbox: boolean }) {
  const [request, ask, isAsking] = useActionState(requestReset, null);
  const [result, reset, isResetting] = useActionState(resetPassword, null);
  if (!request?.ok) {
    return (
      <form action={ask} className="flex flex-col gap-5" noValidate>
        <h1 className="text-xl font-semibold">Reset your password</h1>
        <Field label="E-mail" hint="We send a code to this address, if it has an account.">
          {(ids) => <Input {...ids} name="email" type="email" autoComplete="email" required />}
        </Field>
        <FormError result={request} />
        <Button type="submit" size="lg" disabled={isAsking}>
          Send the code
        </Button>
        <Link href="/sign-in" className="text-accent underline underline-offset-2">
          Back to sign in
        </Link>
      </form>
    );
  }
  return (
    <form action={reset} className="flex flex-col gap-5" noValidate>
      <h1 className="text-xl font-semibold">Enter the code</h1>
      <p className="text-muted">
        If <span className="break-all text-ink">{request.data.email}</span> has an account, a code is on its way. It works for an
        hour.
        {hasLocalInbox && " Mail stays on this machine: the terminal where Ledgix was started shows the address of your inbox."}
      </p>
      <input type="hidden" name="email" value={request.data.email} />
      <Field label="Code">
        {(ids) => <Input {...ids} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={6} required />}
      </Field>
      <Field label="New password" hint="At least 10 characters.">
        {(ids) => <Input {...ids} name="password" type="password" autoComplete="new-password" required />}
      </Field>
      <FormError result={result} />
      <Button type="submit" size="lg" disabled={isResetting}>
        Set the password
      </Button>
    </form>
  );
}
