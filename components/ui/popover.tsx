"use client";

import { Popover as Primitive } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export const Popover = Primitive.Root;
export const PopoverTrigger = Primitive.Trigger;

export function PopoverContent({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <Primitive.Content
        sideOffset={6}
        collisionPadding={12}
        className={cn(
          "z-40 w-80 max-w-[calc(100vw-1.5rem)] rounded-lg border border-line bg-raised p-4 shadow-lg data-[state=open]:animate-[appear_120ms]",
          className,
        )}
        {...props}
      />
    </Primitive.Portal>
  );
}
