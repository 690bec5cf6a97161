"use client";

import type { ProofBundle } from "@ledgix/contract/ledger";
import { fromBase64Url } from "@ledgix/ledger/base64url";
import { encodeEvent, isRedacted } from "@ledgix/ledger/event";
import { useEffect, useState } from "react";
import { isTyping } from "@/components/shell/is-typing";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { Kbd } from "@/components/ui/kbd";

/** The bytes that were hashed and signed, one key away. */
export function RawBytes({ bundle }: { bundle: ProofBundle }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "r" && !isTyping(event) && !event.metaKey && !event.ctrlKey && !event.altKey)
        setOpen((before) => !before);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  const { event, inclusion } = bundle;
  return (
    <section className="flex flex-col gap-3">
      <Button variant="secondary" size="sm" className="self-start" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Hide the raw bytes" : "Show the raw bytes"} <Kbd>r</Kbd>
      </Button>
      {isOpen && (
        <>
          {!isRedacted(event) && <CodeBlock label="Event, deterministic CBOR, in hex" code={toHex(encodeEvent(event))} />}
          <CodeBlock label="Receipt payload, CBOR, in hex" code={toHex(fromBase64Url(event.receipt_payload))} />
          <CodeBlock
            label="Checkpoint payload, CBOR, in hex"
            code={toHex(fromBase64Url(inclusion.checkpoint.checkpoint_payload))}
          />
          <CodeBlock label="Proof bundle, JSON for an offline verifier" code={JSON.stringify(bundle, null, 2)} />
        </>
      )}
    </section>
  );
}

/** Sixteen bytes a line. */
const toHex = (bytes: Uint8Array) =>
  [...bytes]
    .map((byte, place) => byte.toString(16).padStart(2, "0") + (place % 16 === 15 ? "\n" : " "))
    .join("")
    .trimEnd();
