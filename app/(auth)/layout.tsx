import type { ReactNode } from "react";
import { OtherAddress } from "@/components/auth/other-address";
import { Logo } from "@/components/shell/logo";
import { env } from "@/lib/env";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <div className="flex items-center gap-2.5 text-base font-semibold">
        <Logo className="size-7" /> Ledgix
      </div>
      <OtherAddress consoleUrl={env().CONSOLE_URL} names={env().CONSOLE_ALLOWED_HOSTS ?? []} />
      {children}
    </main>
  );
}
