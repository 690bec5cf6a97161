"use client";

import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Snippets } from "./snippets";

/** A key, this once: to copy, or as a file. Closing it is the last that anybody sees of it. */
export function ShownOnce({ apiKey, vaultUrl, close }: { apiKey: string; vaultUrl: string; close: () => void }) {
  const dotenv = `LEDGIX_VAULT_URL=${vaultUrl}\nLEDGIX_VAULT_API_KEY=${apiKey}\n`;
  return (
    <div className="flex flex-col gap-4">
      <output
        aria-label="Your API key"
        data-testid="api-key"
        className="block rounded-md border border-line bg-sunken p-3 font-mono text-sm break-all select-all"
      >
        {apiKey}
      </output>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={apiKey} label="Copy key" />
        <Button variant="secondary" size="sm" onClick={() => downloadText(".env", dotenv)}>
          <Download /> Download .env
        </Button>
      </div>
      <Snippets vaultUrl={vaultUrl} apiKey={apiKey} />
      <div className="flex justify-end">
        <Button onClick={close}>I have stored it</Button>
      </div>
    </div>
  );
}

/** By a blob, which lives in this page alone: a key stands in no URL, not even a local one. */
function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
