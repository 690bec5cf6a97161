"use client";

import { ChevronsUpDown, Search } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ComponentProps, lazy, type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import { OpensOnPress } from "@/components/ui/opens-on-press";
import { cn } from "@/lib/cn";
import { Logo } from "./logo";
import { destinations } from "./navigation";
import { PendingCount } from "./pending-count";
import { useShortcuts } from "./use-shortcuts";

// Read when they are first opened: most visits do not need them.
const Palette = dynamic(() => import("./palette").then((module) => module.Palette), { ssr: false });
const readTenantMenu = () => import("./tenant-menu").then((module) => ({ default: module.TenantMenu }));
const TenantMenu = lazy(readTenantMenu);

export type ShellProps = {
  client: string;
  tenantName: string;
  email: string;
  role: string;
  tenants: { id: string; name: string }[];
  children: ReactNode;
};

/** The frame of every page: rooms at the side on a wide screen, at the bottom on a narrow one. */
export function Shell({ client, tenantName, email, role, tenants, children }: ShellProps) {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  useShortcuts(client, () => setPaletteOpen(true));
  return (
    <div className="flex min-h-dvh flex-col md:h-dvh md:flex-row">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-3">
        Skip to the content
      </a>
      <aside className="flex items-center gap-2 border-b border-line bg-sunken px-3 py-2 md:w-56 md:flex-col md:items-stretch md:gap-4 md:border-r md:border-b-0 md:p-3">
        <OpensOnPress trigger={<TenantButton tenantName={tenantName} email={email} />} popup="menu" preload={readTenantMenu}>
          {(trigger) => <TenantMenu {...{ client, email, role, tenants, trigger }} />}
        </OpensOnPress>
        <Button
          variant="secondary"
          size="sm"
          className="ml-auto justify-start font-normal text-muted md:ml-0"
          onClick={() => setPaletteOpen(true)}
          aria-label="Search and commands"
        >
          <Search /> <span className="hidden md:inline">Search</span>
          <span className="ml-auto hidden md:inline">
            <Kbd>⌘K</Kbd>
          </span>
        </Button>
        <Rooms client={client} className="hidden md:flex md:flex-col" />
      </aside>
      <main id="content" tabIndex={-1} className="min-w-0 flex-1 pb-16 outline-none md:overflow-y-auto md:pb-0">
        {children}
      </main>
      <Rooms
        client={client}
        className="fixed inset-x-0 bottom-0 z-20 flex justify-around border-t border-line bg-surface p-1 md:hidden"
        isCompact
      />
      {isPaletteOpen && <Palette client={client} close={() => setPaletteOpen(false)} />}
    </div>
  );
}

function Rooms({ client, className, isCompact = false }: { client: string; className: string; isCompact?: boolean }) {
  const pathname = usePathname();
  return (
    <nav aria-label="Rooms" className={cn("gap-0.5", className)}>
      {destinations.map(({ path, label, icon: Icon }) => {
        const href = `/${client}${path}`;
        const isHere = path === "" ? pathname === href : pathname.startsWith(href);
        return (
          <Link
            key={path}
            href={href}
            aria-current={isHere ? "page" : undefined}
            className={cn(
              "flex items-center rounded-md text-muted hover:bg-ink/6 hover:text-ink",
              isCompact ? "min-w-12 flex-1 flex-col gap-0.5 py-1.5 text-xs" : "h-8 gap-2.5 px-2",
              isHere && "bg-accent-soft font-semibold text-accent hover:bg-accent-soft hover:text-accent",
            )}
          >
            <span className="relative">
              <Icon className="size-4" aria-hidden />
              {isCompact && path === "/reviews" && <PendingCount client={client} isDot />}
            </span>
            {label}
            {!isCompact && path === "/reviews" && <PendingCount client={client} />}
          </Link>
        );
      })}
    </nav>
  );
}

function TenantButton({ tenantName, email, ...props }: Pick<ShellProps, "tenantName" | "email"> & ComponentProps<"button">) {
  return (
    <button
      type="button"
      className="flex h-10 min-w-0 items-center gap-2.5 rounded-md px-1.5 text-left hover:bg-ink/6"
      aria-label={`${tenantName}: account and tenants`}
      {...props}
    >
      <Logo className="size-6 shrink-0" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-semibold">{tenantName}</span>
        <span className="hidden truncate text-xs text-muted md:block">{email}</span>
      </span>
      <ChevronsUpDown className="size-4 shrink-0 text-muted" aria-hidden />
    </button>
  );
}
