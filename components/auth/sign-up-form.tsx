"use client";

import Link from "next/link";
import { signUp } from "@/lib/auth/actions";
import { CredentialsForm } from "./credentials-form";

export function SignUpForm() {
  return (
    <CredentialsForm
      title="Create your account"
      submit="Create account"
      action={signUp}
      passwordHint="At least 10 characters."
      passwordAutoComplete="new-password"
      footer={
        <span>
          You have one already?{" "}
          <Link href="/sign-in" className="text-accent underline underline-offset-2">
            Sign in
          </Link>
        </span>
      }
    />
  );
}
