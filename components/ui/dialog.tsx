"use client";

import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

export const Dialog = Primitive.Root;
export const DialogTrigger = Primitive.Trigger;

/** A dialog in the middle of a wide screen, a sheet at the bottom of a narrow one. */
export function DialogContent({
  title,
  description,
  className,
  children,
  dismissible = true,
}: {
  title: string;
  description?: string;
  className?: string;
  children: ReactNode;
  /** False where closing by accident would lose something, such as a key that is shown once. */
  dismissible?: boolean;
}) {
  const keepOpen = dismissible ? undefined : (event: Event) => event.preventDefault();
  return (
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-50 bg-black/45 data-[state=open]:animate-[appear_120ms]" />
      <Primitive.Content
        className={cn(
          "fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] overflow-y-auto rounded-t-xl border border-line bg-raised p-5 shadow-xl data-[state=open]:animate-[appear_120ms]",
          "sm:inset-auto sm:top-[12vh] sm:left-1/2 sm:max-h-[80vh] sm:w-[min(34rem,calc(100vw-2rem))] sm:-translate-x-1/2 sm:rounded-xl",
          className,
        )}
        onInteractOutside={keepOpen}
        onEscapeKeyDown={keepOpen}
        {...(!description && { "aria-describedby": undefined })}
      >
        <div className="mb-4 flex items-start justify-between gap-4">
          <div className="flex flex-col gap-1">
            <Primitive.Title className="text-base font-semibold">{title}</Primitive.Title>
            {description && <Primitive.Description className="text-muted">{description}</Primitive.Description>}
          </div>
          {dismissible && (
            <Primitive.Close asChild>
              <Button variant="ghost" size="icon" aria-label="Close">
                <X />
              </Button>
            </Primitive.Close>
          )}
        </div>
        {children}
      </Primitive.Content>
    </Primitive.Portal>
  );
}
