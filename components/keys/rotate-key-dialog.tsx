"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Select } from "@/components/ui/input";
import { rotateKey } from "@/lib/keys/actions";
import { type ApiKeyRow, overlap, overlapHours } from "@/lib/keys/schema";
import { ShownOnce } from "./shown-once";

const labels: Record<(typeof overlapHours)[number], string> = {
  "0": "End the old key at once",
  "1": "Both work for 1 hour",
  "24": "Both work for 1 day",
  "72": "Both work for 3 days",
  "168": "Both work for 7 days",
};

/** A new key in the place of an old one, with time to redeploy. */
export function RotateKeyDialog({ client, vaultUrl, apiKey }: { client: string; vaultUrl: string; apiKey: ApiKeyRow }) {
  const [isOpen, setOpen] = useState(false);
  const [rotated, setRotated] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const close = () => {
    setOpen(false);
    setRotated(null);
    void queries.invalidateQueries({ queryKey: [client, "keys"] });
  };
  const submit = (form: FormData) =>
    start(async () => {
      const result = await rotateKey(client, apiKey.id, apiKey.environment, overlap.parse(form.get("overlap")));
      if (result.ok) setRotated(result.data.key);
      else setError(result.error);
    });
  return (
    <Dialog open={isOpen} onOpenChange={(open) => (open ? setOpen(true) : close())}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="sm" aria-label={`Rotate ${apiKey.name}`}>
          Rotate
        </Button>
      </DialogTrigger>
      {rotated === null ? (
        <DialogContent
          title={`Rotate ${apiKey.name}`}
          description="The new key has the same name, environment and scopes, and sees what the old one asked for. This page shows which runtimes still use the old one."
        >
          <Form submit={isPending ? "Rotating…" : "Rotate key"} isPending={isPending} error={error} onSubmit={submit}>
            <Field label="Overlap" hint="Afterwards the old key is refused.">
              {(ids) => (
                <Select {...ids} name="overlap" defaultValue="24">
                  {overlapHours.map((hours) => (
                    <option key={hours} value={hours}>
                      {labels[hours]}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </Form>
        </DialogContent>
      ) : (
        <DialogContent title="Copy the new key now" description="This is the only time that it is shown." dismissible={false}>
          <ShownOnce apiKey={rotated} vaultUrl={vaultUrl} close={close} />
        </DialogContent>
      )}
    </Dialog>
  );
}
