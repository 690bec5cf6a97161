"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Toaster } from "sonner";
import { z } from "zod";

// zod compiles its parsers with `new Function` where it may; the Content-Security-Policy forbids that, so it is not tried.
z.config({ jitless: true });

const STALE_MS = 10_000;

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: STALE_MS, retry: 1 } } }));
  return (
    <QueryClientProvider client={client}>
      {children}
      <Toaster
        position="bottom-right"
        offset={16}
        mobileOffset={{ bottom: 72 }}
        toastOptions={{ classNames: { toast: "!bg-raised !text-ink !border-line !text-sm", description: "!text-muted" } }}
      />
    </QueryClientProvider>
  );
}
