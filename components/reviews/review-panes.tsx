"use client";

import { useParams } from "next/navigation";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { QueueKeys } from "./queue-keys";
import { ReviewQueue } from "./review-queue";
import { SelectionProvider } from "./selection";

/** The queue and the case side by side; on a narrow screen one, then the other. */
export function ReviewPanes({ client, mayDecide, children }: { client: string; mayDecide: boolean; children: ReactNode }) {
  const { requestId } = useParams<{ requestId?: string }>();
  return (
    <SelectionProvider>
      <div className="flex h-full min-h-0 flex-col lg:flex-row">
        <QueueKeys client={client} selected={requestId ?? null} mayDecide={mayDecide} />
        <div
          className={cn(
            "min-h-0 flex-col border-line lg:flex lg:w-104 lg:shrink-0 lg:border-r",
            requestId ? "hidden" : "flex flex-1 lg:flex-none",
          )}
        >
          <ReviewQueue client={client} selected={requestId ?? null} mayDecide={mayDecide} />
        </div>
        <div className={cn("min-w-0 flex-1 lg:block lg:overflow-y-auto", requestId ? "block" : "hidden")}>{children}</div>
      </div>
    </SelectionProvider>
  );
}
