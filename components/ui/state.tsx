"use client";

import { RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";

/** An empty list teaches: what will stand here, and the next step. */
export function EmptyState({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <h2 className="text-base font-semibold">{title}</h2>
      <div className="text-muted">{children}</div>
      {action}
    </div>
  );
}

/** What could not be read, with a way to try again. */
export function ErrorState({ message, retry }: { message: string; retry: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <TriangleAlert className="size-6 text-denied" aria-hidden />
      <p>{message}</p>
      <Button variant="secondary" size="sm" onClick={retry}>
        <RotateCw /> Try again
      </Button>
    </div>
  );
}
