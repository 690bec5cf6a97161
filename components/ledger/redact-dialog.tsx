"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { redactRequest } from "@/lib/ledger/actions";

/** Destroys what a request said, for good. */
export function RedactDialog({ client, requestId }: { client: string; requestId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const submit = (form: FormData) => {
    const reason = String(form.get("reason") ?? "").trim();
    if (reason === "") return setError("Say why, for those who find the entry without its content.");
    start(async () => {
      const result = await redactRequest(client, requestId, reason);
      if (!result.ok) return setError(result.error);
      toast.success("The content is gone. Its proof still holds.");
      setOpen(false);
      await queries.invalidateQueries({ queryKey: [client] });
    });
  };
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="ghost" size="sm">
          <Eraser /> Redact…
        </Button>
      </DialogTrigger>
      <DialogContent
        title="Redact this request"
        description="Destroys its arguments, reasons, comments and citations, for everybody and for good. Hashes, receipts and places in the log stay, so every proof goes on verifying."
      >
        <Form submit={isPending ? "Redacting…" : "Redact for good"} isPending={isPending} error={error} onSubmit={submit}>
          <Field label="Reason" hint="It stays in the ledger. Write nothing in it that should be gone.">
            {(ids) => <Input {...ids} name="reason" maxLength={500} placeholder="Request for erasure, ticket 1234" />}
          </Field>
        </Form>
      </DialogContent>
    </Dialog>
  );
}
