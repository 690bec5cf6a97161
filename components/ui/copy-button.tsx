"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { cn } from "@/lib/cn";
import { shortId } from "@/lib/format";
import { Button, type ButtonProps } from "./button";

function useCopied(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, (text) => void navigator.clipboard.writeText(text).then(() => setCopied(true))];
}

export function CopyButton({ text, label = "Copy", ...props }: ButtonProps & { text: string; label?: string }) {
  const [copied, copy] = useCopied();
  return (
    <Button variant="secondary" size="sm" onClick={() => copy(text)} {...props}>
      {copied ? <Check /> : <Copy />}
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </Button>
  );
}

/** An id in short, monospaced, copied whole by a click. */
export function CopyableId({ id, className }: { id: string; className?: string }) {
  const [copied, copy] = useCopied();
  return (
    <button
      type="button"
      title={id}
      aria-label={`Copy id ${shortId(id)}`}
      onClick={() => copy(id)}
      className={cn(
        "inline-flex items-center gap-1 rounded px-1 font-mono text-xs text-muted hover:bg-ink/6 hover:text-ink",
        className,
      )}
    >
      {shortId(id)}
      {copied ? <Check className="size-3" aria-label="copied" /> : <Copy className="size-3" aria-hidden />}
    </button>
  );
}
