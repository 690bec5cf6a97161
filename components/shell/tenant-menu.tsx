"use client";

import { LogOut, Plus } from "lucide-react";
import Link from "next/link";
import type { ReactElement } from "react";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { signOut } from "@/lib/auth/actions";
import type { ShellProps } from "./shell";
import { ThemeItems } from "./theme";

type TenantMenuProps = Pick<ShellProps, "client" | "email" | "role" | "tenants"> & { trigger: ReactElement };

/** Who is signed in, the other tenants, the theme, and the way out. */
export function TenantMenu({ client, email, role, tenants, trigger }: TenantMenuProps) {
  return (
    <Menu defaultOpen>
      <MenuTrigger asChild>{trigger}</MenuTrigger>
      <MenuContent align="start" className="w-64">
        <p className="px-2 py-1.5 text-xs text-muted">
          Signed in as <span className="break-all text-ink">{email}</span>, {role}
        </p>
        <MenuSeparator />
        {tenants
          .filter((tenant) => tenant.id !== client)
          .map((tenant) => (
            <MenuItem key={tenant.id} asChild>
              <Link href={`/${tenant.id}`}>{tenant.name}</Link>
            </MenuItem>
          ))}
        <MenuItem asChild>
          <Link href="/new">
            <Plus aria-hidden /> New tenant
          </Link>
        </MenuItem>
        <MenuSeparator />
        <ThemeItems />
        <MenuSeparator />
        <MenuItem onSelect={() => void signOut()}>
          <LogOut aria-hidden /> Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
