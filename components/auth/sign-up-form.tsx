"use client";

import { signUp } from "@/lib/auth/actions";
import { AuthLink } from "./auth-link";
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
          You have one already? <AuthLink href="/sign-in">Sign in</AuthLink>
        </span>
      }
    />
  );
}
