import type { ReactNode } from "react";
import { settingsParts } from "@/components/shell/navigation";
import { SectionTabs } from "@/components/ui/section-tabs";

export default async function SettingsLayout({ children, params }: { children: ReactNode; params: Promise<{ client: string }> }) {
  const { client } = await params;
  return (
    <>
      <SectionTabs label="Settings" root={`/${client}/settings`} parts={settingsParts} />
      {children}
    </>
  );
}
