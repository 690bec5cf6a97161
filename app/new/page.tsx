import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { CreateTenant } from "@/components/first-run/create-tenant";
import { Logo } from "@/components/shell/logo";
import { readSession } from "@/lib/session";

export const metadata: Metadata = { title: "Create a tenant" };

export default async function NewTenantPage() {
  if ((await readSession()) === null) redirect("/sign-in");
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <div className="flex items-center gap-2.5 text-base font-semibold">
        <Logo className="size-7" /> Ledgix
      </div>
      <CreateTenant />
    </main>
  );
}
