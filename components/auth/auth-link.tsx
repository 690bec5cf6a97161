"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import type { ReactNode } from "react";

/** From one form of the entrance to another, still on the way to where the person was going. */
export function AuthLink({ href, children }: { href: string; children: ReactNode }) {
  const next = useSearchParams().get("next");
  return (
    <Link href={next ? `${href}?next=${next}` : href} className="text-accent underline underline-offset-2">
      {children}
    </Link>
  );
}
