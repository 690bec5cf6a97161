"use client";

import { environments } from "@ledgix/contract/api-key";
import { useQueryClient } from "@tanstack/react-query";
import { Download, KeyRound, Plus } from "lucide-react";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { createKey } from "@/lib/keys/actions";
import { keyPresets, newKey } from "@/lib/keys/schema";
import { Snippets } from "./snippets";

type Props = {
  client: string;
  vaultUrl: string;
  onCreated?: (key: string) => void;
  isSecondary?: boolean;
  isInitiallyOpen?: boolean;
};

export function CreateKeyDialog({ client, vaultUrl, onCreated, isSecondary = false, isInitiallyOpen = false }: Props) {
  const [isOpen, setOpen] = useState(isInitiallyOpen);
  const [created, setCreated] = useState<string | null>(null);
  const queries = useQueryClient();
  const close = () => {
    setOpen(false);
    setCreated(null);
  };
  return (
    <Dialog open={isOpen} onOpenChange={(open) => (open ? setOpen(true) : close())}>
      <DialogTrigger asChild>
        <Button size="sm" variant={isSecondary ? "secondary" : "primary"}>
          <Plus /> Create key
        </Button>
      </DialogTrigger>
      {created === null ? (
        <DialogContent title="Create an API key" description="Your application sends it with each request.">
          <KeyForm
            client={client}
            onCreated={(key) => {
              setCreated(key);
              onCreated?.(key);
              void queries.invalidateQueries({ queryKey: [client, "keys"] });
            }}
          />
        </DialogContent>
      ) : (
        <DialogContent
          title="Copy your key now"
          description="This is the only time that it is shown. Ledgix keeps its hash alone."
          dismissible={false}
        >
          <ShownOnce apiKey={created} vaultUrl={vaultUrl} close={close} />
        </DialogContent>
      )}
    </Dialog>
  );
}

function KeyForm({ client, onCreated }: { client: string; onCreated: (key: string) => void }) {
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const submit = (form: FormData) => {
    const input = newKey.safeParse(Object.fromEntries(form));
    if (!input.success) return setError(input.error.issues[0]?.message ?? "Check what you entered.");
    start(async () => {
      const result = await createKey(client, input.data);
      if (result.ok) onCreated(result.data.key);
      else setError(result.error);
    });
  };
  return (
    <Form
      submit={
        <>
          <KeyRound /> {isPending ? "Creating…" : "Create key"}
        </>
      }
      isPending={isPending}
      onSubmit={submit}
    >
      <Field label="Name" hint="The service that will use it, so that you know it again." error={error}>
        {(ids) => <Input {...ids} name="name" placeholder="payments-worker" maxLength={80} autoComplete="off" />}
      </Field>
      <Field label="Environment" hint="A Vault takes keys of its own environment only.">
        {(ids) => (
          <Select {...ids} name="environment" defaultValue="development">
            {environments.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 font-semibold">Scope</legend>
        {Object.entries(keyPresets).map(([name, preset]) => (
          <label
            key={name}
            className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line p-3 has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="preset"
              value={name}
              defaultChecked={name === "application"}
              className="mt-1 accent-(--accent)"
            />
            <span>
              <span className="block font-semibold">{preset.label}</span>
              <span className="text-muted">{preset.hint}</span>
            </span>
          </label>
        ))}
        <p className="text-xs text-muted">No preset can approve a paused request: an agent must not be able to approve itself.</p>
      </fieldset>
    </Form>
  );
}

function ShownOnce({ apiKey, vaultUrl, close }: { apiKey: string; vaultUrl: string; close: () => void }) {
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
