"use client";

import { useActionState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { signOut } from "@/lib/auth/actions";
import { showFactor } from "@/lib/auth/second-factor-actions";
import { FormError } from "./credentials-form";

/** The second step of signing in, for who has one. */
export function ShowFactor() {
  const [result, dispatch, isPending] = useActionState(showFactor, null);
  return (
    <>
      <form action={dispatch} className="flex flex-col gap-5" noValidate>
        <h1 className="text-xl font-semibold">Second factor</h1>
        <Field label="Code" hint="The six digits that your authenticator app shows now.">
          {(ids) => (
            <Input {...ids} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} autoFocus required />
          )}
        </Field>
        <FormError result={result} />
        <Button type="submit" size="lg" disabled={isPending}>
          {isPending ? "One moment…" : "Sign in"}
        </Button>
      </form>
      <form action={signOut}>
        <button type="submit" className="text-accent underline underline-offset-2">
          Sign in as somebody else
        </button>
      </form>
    </>
  );
}
