"use client";

import { signIn } from "@/lib/auth/actions";
import { AuthLink } from "./auth-link";
import { CredentialsForm } from "./credentials-form";

export function SignInForm() {
  return (
    <CredentialsForm
      title="Sign in"
      submit="Sign in"
      action={signIn}
      passwordAutoComplete="current-password"
      footer={
        <>
          <AuthLink href="/sign-up">Create an account</AuthLink>
          <AuthLink href="/reset-password">Forgot your password?</AuthLink>
        </>
      }
    />
  );
}
