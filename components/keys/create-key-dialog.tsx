"use client";

import { environments } from "@ledgix/contract/environment";
import { type Scope, scopes } from "@ledgix/contract/permissions";
import { useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { createKey } from "@/lib/keys/actions";
import { expiryDays, keyPresets, meaningOfMix, type NewKey, newKey, presetNames, scopeHints } from "@/lib/keys/schema";
import { ShownOnce } from "./shown-once";

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
  const [preset, setPreset] = useState<NewKey["preset"]>("application");
  const [isPending, start] = useTransition();
  const submit = (form: FormData) => {
    const input = newKey.safeParse({ ...Object.fromEntries(form), scopes: form.getAll("scopes") });
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
      error={error}
      onSubmit={submit}
    >
      <Field label="Name" hint="The service that will use it, so that you know it again.">
        {(ids) => <Input {...ids} name="name" placeholder="payments-worker" maxLength={80} autoComplete="off" />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
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
        <Field label="Ends" hint="You are warned 14, 3 and 1 days before.">
          {(ids) => (
            <Select {...ids} name="expires_in_days" defaultValue="">
              {expiryDays.map((days) => (
                <option key={days} value={days}>
                  {days === "" ? "Never" : `After ${days} days`}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 font-semibold">Scope</legend>
        {presetNames.map((name) => (
          <label
            key={name}
            className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="preset"
              value={name}
              checked={preset === name}
              onChange={() => setPreset(name)}
              className="mt-1 accent-(--accent)"
            />
            <span>
              <span className="block font-semibold">{keyPresets[name].label}</span>
              <span className="text-muted">{keyPresets[name].hint}</span>
            </span>
          </label>
        ))}
        {preset === "custom" ? (
          <ScopeChoice />
        ) : (
          <p className="text-xs text-muted">
            No preset can approve a paused request: an agent must not be able to approve itself.
          </p>
        )}
      </fieldset>
    </Form>
  );
}

function ScopeChoice() {
  const [held, setHeld] = useState<readonly Scope[]>([]);
  const mix = meaningOfMix(held);
  return (
    <div className="flex flex-col gap-1.5 pl-1">
      {scopes.map((scope) => (
        <label key={scope} className="flex items-start gap-2">
          <input
            type="checkbox"
            name="scopes"
            value={scope}
            className="mt-1 accent-(--accent)"
            onChange={({ target }) =>
              setHeld((before) => (target.checked ? [...before, scope] : before.filter((other) => other !== scope)))
            }
          />
          <span>
            <code className="font-mono text-xs">{scope}</code> <span className="text-muted">{scopeHints[scope]}</span>
          </span>
        </label>
      ))}
      {mix !== null && (
        <p role="status" className="rounded-md bg-paused-soft px-3 py-2 text-paused">
          {mix}
        </p>
      )}
      {held.includes("reviews:decide") && (
        <p role="alert" className="rounded-md bg-paused-soft px-3 py-2 text-paused">
          This key can approve paused requests without a person. Keep it out of every agent; it never decides its own requests.
        </p>
      )}
    </div>
  );
}
