"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/lib/cn";

/** On a narrow screen the row scrolls; the part that is open must not be hidden at its end. */
const showWhole = (link: HTMLAnchorElement | null) => link?.scrollIntoView({ block: "nearest", inline: "center" });

type Props = {
  label: string;
  root: string;
  /** Path below the root, and its name. The first is the root itself. */
  parts: readonly (readonly [string, string])[];
};

/** The parts of a room, each a page of its own. On a narrow screen the row scrolls sideways. */
export function SectionTabs({ label, root, parts }: Props) {
  const pathname = usePathname();
  const open = parts.find(([path]) => path !== "" && pathname.startsWith(root + path)) ?? parts[0];
  return (
    <nav aria-label={label} className="sticky top-0 z-10 overflow-x-auto border-b border-line bg-sunken px-4 sm:px-8">
      <ul className="mx-auto flex max-w-5xl gap-1 py-1.5">
        {parts.map((part) => {
          const [path, name] = part;
          const isHere = part === open;
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
                {name}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
