"use client";

import { useSearchParams } from "next/navigation";
import { type ReactNode, useActionState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { FormAlert } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import type { ActionResult } from "@/lib/action-result";

type Props = {
  title: string;
  submit: string;
  action: (previous: ActionResult | null, form: FormData) => Promise<ActionResult>;
  passwordHint?: string;
  passwordAutoComplete: "current-password" | "new-password";
  footer: ReactNode;
};

/** Address and password: signing in and signing up differ in their words. */
export function CredentialsForm({ title, submit, action, passwordHint, passwordAutoComplete, footer }: Props) {
  const [result, dispatch, isPending] = useActionState(action, null);
  const next = useSearchParams().get("next") ?? "";
  return (
    <form action={dispatch} className="flex flex-col gap-5" noValidate>
      <h1 className="text-xl font-semibold">{title}</h1>
      <input type="hidden" name="next" value={next} />
      <Field label="E-mail">{(ids) => <Input {...ids} name="email" type="email" autoComplete="email" required />}</Field>
      <Field label="Password" {...(passwordHint && { hint: passwordHint })}>
        {(ids) => <Input {...ids} name="password" type="password" autoComplete={passwordAutoComplete} required />}
      </Field>
      <FormError result={result} />
      <Button type="submit" size="lg" disabled={isPending}>
        {isPending ? "One moment…" : submit}
      </Button>
      <div className="flex justify-between gap-4 text-muted">{footer}</div>
    </form>
  );
}

export function FormError({ result }: { result: ActionResult<unknown> | null }) {
  if (result === null || result.ok) return null;
  return <FormAlert>{result.error}</FormAlert>;
}
