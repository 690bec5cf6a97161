import type { Metadata } from "next";
import { ResetPassword } from "@/components/auth/reset-password";
import { env } from "@/lib/env";

export const metadata: Metadata = { title: "Reset your password" };

export default function ResetPasswordPage() {
  return <ResetPassword inboxUrl={env().LOCAL_INBOX_URL} />;
}
