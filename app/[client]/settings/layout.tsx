import type { ReactNode } from "react";
import { SettingsTabs } from "@/components/settings/settings-tabs";

export default async function SettingsLayout({ children, params }: { children: ReactNode; params: Promise<{ client: string }> }) {
  return (
    <>
      <SettingsTabs client={(await params).client} />
      {children}
    </>
  );
}
