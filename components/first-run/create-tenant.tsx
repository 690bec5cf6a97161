"use client";

import { useActionState } from "react";
import { FormError } from "@/components/auth/credentials-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { createTenant } from "@/lib/tenants/actions";

export function CreateTenant() {
  const [result, create, isPending] = useActionState(createTenant, null);
  return (
    <form action={create} className="flex flex-col gap-5" noValidate>
      <div className="flex flex-col gap-1">
        <h1 className="text-xl font-semibold">Create your tenant</h1>
        <p className="text-muted">A tenant has its own database for policies, requests and the ledger. You become its owner.</p>
      </div>
      <Field label="Name" hint="Your company or team. You can have several.">
        {(ids) => <Input {...ids} name="name" placeholder="Acme" maxLength={80} autoComplete="organization" required />}
      </Field>
      <FormError result={result} />
      <Button type="submit" size="lg" disabled={isPending}>
        {isPending ? "Making its database…" : "Create tenant"}
      </Button>
    </form>
  );
}
