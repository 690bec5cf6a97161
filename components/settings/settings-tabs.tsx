"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { settingsParts } from "@/components/shell/navigation";
import { cn } from "@/lib/cn";

/** On a narrow screen the row scrolls; the part that is open must not be hidden at its end. */
const showWhole = (link: HTMLAnchorElement | null) => link?.scrollIntoView({ block: "nearest", inline: "center" });

/** The parts of the settings. On a narrow screen the row scrolls sideways. */
export function SettingsTabs({ client }: { client: string }) {
  const pathname = usePathname();
  const root = `/${client}/settings`;
  return (
    <nav aria-label="Settings" className="sticky top-0 z-10 overflow-x-auto border-b border-line bg-sunken px-4 sm:px-8">
      <ul className="mx-auto flex max-w-5xl gap-1 py-1.5">
        {settingsParts.map(([path, label]) => {
          const isHere = path === "" ? pathname === root : pathname.startsWith(root + path);
          return (
            <li key={path}>
              <Link
                ref={isHere ? showWhole : undefined}
                href={root + path}
                aria-current={isHere ? "page" : undefined}
                className={cn(
                  "flex h-8 items-center rounded-md px-2.5 whitespace-nowrap text-muted hover:bg-ink/6 hover:text-ink",
                  isHere && "bg-accent-soft font-semibold text-accent hover:bg-accent-soft hover:text-accent",
                )}
              >
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
