"use client";

import { FileText } from "lucide-react";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { uploadPolicy } from "@/lib/policies/actions";

/** One document, chosen or dropped. What was entered stays where the upload is refused. */
export function UploadForm({ client, onDone }: { client: string; onDone: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [tools, setTools] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();

  const choose = (chosen: File | undefined) => {
    if (!chosen) return;
    setFile(chosen);
    setError(null);
    setName((entered) => entered || chosen.name.replace(/\.[a-z]+$/i, ""));
  };
  const submit = () => {
    if (file === null) return setError("Choose a file first.");
    const form = new FormData();
    form.set("file", file);
    form.set("documentName", name || file.name);
    form.set("tools", tools);
    start(async () => {
      const result = await uploadPolicy(client, form);
      if (!result.ok) return setError(result.error);
      toast.success(`${result.data.title} is in force.`, { description: "Its passages are being indexed." });
      onDone();
    });
  };

  return (
    <Form error={error} submit={isPending ? "Uploading…" : "Upload policy"} isPending={isPending} onSubmit={submit}>
      <label
        className="flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-dashed border-line-strong p-6 text-center hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-accent"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          choose(event.dataTransfer.files[0]);
        }}
      >
        <FileText className="size-5 text-muted" aria-hidden />
        <span className="font-semibold">{file ? file.name : "Choose a file, or drop it here"}</span>
        <span className="text-xs text-muted">Markdown or plain text, up to 5 MB</span>
        <input
          type="file"
          accept=".md,.markdown,.txt"
          className="sr-only"
          onChange={(event) => choose(event.target.files?.[0])}
        />
      </label>
      <Field label="Name">
        {(ids) => <Input {...ids} value={name} maxLength={256} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Tools" hint="Separated by commas, such as stripe_refund. Empty means every tool.">
        {(ids) => (
          <Input
            {...ids}
            value={tools}
            onChange={(event) => setTools(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Field>
      <p className="text-xs text-muted">
        A document decides nothing by itself: its passages are shown to the reviewer beside each case.
      </p>
    </Form>
  );
}
