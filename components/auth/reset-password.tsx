"use client";

import Link from "next/link";
import { useActionState, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { requestReset, resetPassword } from "@/lib/auth/actions";
import { FormError } from "./credentials-form";

/**
 * Two steps on one page: ask for a code by e-mail, then set the new password with it. The link of the mail leads to the second, with address
 * and code behind its #, where no server sees them.
 */
export function ResetPassword({ hasLocalInbox }: { hasLocalInbox: boolean }) {
  const [request, ask, isAsking] = useActionState(requestReset, null);
  const [result, reset, isResetting] = useActionState(resetPassword, null);
  const [linked, setLinked] = useState<{ email: string; code: string } | null>(null);
  useEffect(() => {
    const given = new URLSearchParams(window.location.hash.slice(1));
    const [email, code] = [given.get("email"), given.get("code")];
    if (!email || !code) return;
    window.history.replaceState(null, "", "/reset-password");
    setLinked({ email, code });
  }, []);
  const email = request?.ok ? request.data.email : linked?.email;
  const needsFactor = result?.ok === false && result.code === "second_factor";
  if (email === undefined) {
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
    <>
      <form action={reset} className="flex flex-col gap-5" noValidate>
        <h1 className="text-xl font-semibold">Enter the code</h1>
        <p className="text-muted">
          {linked && !request?.ok ? (
            <>
              Choose a new password for <span className="break-all text-ink">{email}</span>. It signs you out everywhere else.
            </>
          ) : (
            <>
              If <span className="break-all text-ink">{email}</span> has an account, a code is on its way. It works for an hour,
              and for five tries.
            </>
          )}
          {hasLocalInbox &&
            !linked &&
            " Mail stays on this machine: the terminal where Ledgix was started shows the address of your inbox."}
        </p>
        <input type="hidden" name="email" value={email} />
        <Field label="Code">
          {(ids) => (
            <Input
              {...ids}
              key={linked?.code}
              name="code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={12}
              defaultValue={linked?.code}
              required
            />
          )}
        </Field>
        <Field label="New password" hint="At least 10 characters.">
          {(ids) => <Input {...ids} name="password" type="password" autoComplete="new-password" required />}
        </Field>
        {needsFactor && (
          <Field label="Code of your authenticator app">
            {(ids) => <Input {...ids} name="factor" inputMode="numeric" autoComplete="off" maxLength={7} required />}
          </Field>
        )}
        <FormError result={result} />
        <Button type="submit" size="lg" disabled={isResetting}>
          Set the password
        </Button>
      </form>
      <form action={ask}>
        <input type="hidden" name="email" value={email} />
        <button type="submit" disabled={isAsking} className="text-accent underline underline-offset-2">
          Send a new code
        </button>
      </form>
    </>
  );
}
