import type { Metadata } from "next";
import { ResetPassword } from "@/components/auth/reset-password";
import { env } from "@/lib/env";

export const metadata: Metadata = { title: "Reset your password" };

export default function ResetPasswordPage() {
  return <ResetPassword hasLocalInbox={env().HAS_LOCAL_INBOX} />;
}
