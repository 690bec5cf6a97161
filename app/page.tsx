import { redirect } from "next/navigation";
import { readSession } from "@/lib/session";

export default async function Home() {
  const session = await readSession();
  if (session === null) redirect("/sign-in");
  const [tenant] = session.tenants;
  redirect(tenant ? `/${tenant.id}` : "/new");
}
