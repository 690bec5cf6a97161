import type { Metadata } from "next";
import { Unsubscribe } from "@/components/notifications/unsubscribe";
import { Logo } from "@/components/shell/logo";

export const metadata: Metadata = { title: "Unsubscribe" };

export default function UnsubscribePage() {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <div className="flex items-center gap-2.5 text-base font-semibold">
        <Logo className="size-7" /> Ledgix
      </div>
      <Unsubscribe />
    </main>
  );
}
