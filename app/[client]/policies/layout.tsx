import type { ReactNode } from "react";
import { policyParts } from "@/components/shell/navigation";
import { SectionTabs } from "@/components/ui/section-tabs";

export default async function PoliciesLayout({ children, params }: { children: ReactNode; params: Promise<{ client: string }> }) {
  const { client } = await params;
  return (
    <>
      <SectionTabs label="Policies" root={`/${client}/policies`} parts={policyParts} />
      {children}
    </>
  );
}
