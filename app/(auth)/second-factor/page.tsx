import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { ShowFactor } from "@/components/auth/show-factor";
import { touchSession } from "@/lib/auth/touch-session";
import { supabase } from "@/lib/supabase/server";

export const metadata: Metadata = { title: "Second factor" };

export default async function SecondFactorPage() {
  const client = await supabase();
  const { data } = await client.auth.getSession();
  if (data.session === null) redirect("/sign-in");
  const { data: state } = await touchSession(client);
  if (state !== "second_factor") redirect("/");
  return <ShowFactor />;
}
