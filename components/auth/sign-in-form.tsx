"use client";

import Link from "next/link";
import { signIn } from "@/lib/auth/actions";
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
          <Link href="/sign-up" className="text-accent underline underline-offset-2">
            Create an account
          </Link>
          <Link href="/reset-password" className="text-accent underline underline-offset-2">
            Forgot your password?
          </Link>
        </>
      }
    />
  );
}
