"use client";

import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { saveFile } from "@/lib/save-file";
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
        <Button variant="secondary" size="sm" onClick={() => saveFile(".env", "text/plain", [dotenv])}>
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
