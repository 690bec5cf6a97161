"use client";

import { ErrorState } from "@/components/ui/state";

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <ErrorState
      message="This page could not be shown, because a service behind it did not answer. Nothing was changed."
      retry={reset}
    />
  );
}
