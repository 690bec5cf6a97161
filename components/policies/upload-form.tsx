"use client";

import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, FileText, X } from "lucide-react";
import { useState, useTransition } from "react";
import { useDropzone } from "react-dropzone";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { uploadPolicy } from "@/lib/policies/actions";
import { uploadsQuery } from "@/lib/vault/policy-queries";

const MAX_BYTES = 25 * 1024 * 1024;
const ACCEPTED = {
  "application/pdf": [".pdf"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [".docx"],
  "text/markdown": [".md", ".markdown"],
  "text/html": [".html", ".htm"],
  "text/plain": [".txt"],
  "text/csv": [".csv"],
};

type Chosen = { file: File; name: string; error: string | null; isDone: boolean };

const chosen = (file: File): Chosen => ({
  file,
  name: file.name.replace(/\.[a-z0-9]+$/i, ""),
  error: file.size > MAX_BYTES ? "larger than 25 MB. Split it." : null,
  isDone: false,
});

/** Documents, chosen, dropped or pasted. One that is refused keeps its reason beside it; the others go on. */
export function UploadForm({ client, onDone }: { client: string; onDone: () => void }) {
  const [files, setFiles] = useState<Chosen[]>([]);
  const [tools, setTools] = useState("");
  const [isDraft, setDraft] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const drop = useDropzone({
    accept: ACCEPTED,
    onDrop: (accepted, refused) => {
      setError(null);
      const unknown = refused.map(({ file }) => ({
        ...chosen(file),
        error: "of a kind that is not read. Upload PDF, Word, Markdown, HTML, text or CSV.",
      }));
      setFiles((before) => [...before, ...accepted.map(chosen), ...unknown]);
    },
  });
  const change = (file: File, update: Partial<Chosen>) =>
    setFiles((before) => before.map((each) => (each.file === file ? { ...each, ...update } : each)));
  const waiting = files.filter((each) => !each.isDone && each.error === null);

  const submit = () => {
    if (waiting.length === 0) return setError("Choose a file first.");
    start(async () => {
      let failed = files.length - waiting.length;
      const stored: string[] = [];
      for (const { file, name } of waiting) {
        const form = new FormData();
        form.set("file", file);
        form.set("documentName", name || file.name);
        if (tools.trim() !== "") form.set("tools", tools);
        if (isDraft) form.set("draft", "true");
        const result = await uploadPolicy(client, form);
        if (result.ok) stored.push(name);
        else failed++;
        change(file, result.ok ? { isDone: true } : { error: result.error });
        void queries.invalidateQueries(uploadsQuery(client));
      }
      const [only] = stored;
      const what = stored.length === 1 ? `${only} is` : `${stored.length} documents are`;
      if (stored.length > 0)
        toast.success(`${what} ${isDraft ? "kept as a draft" : "in force"}.`, { description: "The passages are being indexed." });
      if (failed === 0) onDone();
    });
  };

  return (
    <Form
      error={error}
      submit={isPending ? "Uploading…" : waiting.length > 1 ? `Upload ${waiting.length} policies` : "Upload policy"}
      isPending={isPending}
      onSubmit={submit}
    >
      <div
        {...drop.getRootProps()}
        className="flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-dashed border-line-strong p-6 text-center hover:bg-sunken data-[over=true]:bg-accent-soft"
        data-over={drop.isDragActive}
      >
        <FileText className="size-5 text-muted" aria-hidden />
        <span className="font-semibold">Choose files, or drop them here</span>
        <span className="text-xs text-muted">PDF, Word, Markdown, HTML, text or CSV, up to 25 MB each</span>
        <input {...drop.getInputProps({ "aria-label": "Files" })} />
      </div>
      {files.length > 0 && (
        <ul aria-label="Chosen files" className="flex flex-col gap-2">
          {files.map((each) => (
            <ChosenFile
              key={`${each.file.name}:${each.file.size}:${each.file.lastModified}`}
              {...each}
              rename={(name) => change(each.file, { name })}
              remove={() => setFiles((before) => before.filter(({ file }) => file !== each.file))}
            />
          ))}
        </ul>
      )}
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
      <label className="flex items-start gap-2">
        <input type="checkbox" className="mt-0.5" checked={isDraft} onChange={(event) => setDraft(event.target.checked)} />
        <span>
          Keep as a draft
          <span className="block text-xs text-muted">
            A document decides nothing by itself: reviewers see its passages, and you confirm the rules that it proposes.
          </span>
        </span>
      </label>
    </Form>
  );
}

type ChosenProps = Chosen & { rename: (name: string) => void; remove: () => void };

function ChosenFile({ file, name, error, isDone, rename, remove }: ChosenProps) {
  return (
    <li className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        {error ? (
          <CircleAlert className="size-4 shrink-0 text-denied" aria-hidden />
        ) : isDone ? (
          <CircleCheck className="size-4 shrink-0 text-approved" aria-hidden />
        ) : (
          <FileText className="size-4 shrink-0 text-muted" aria-hidden />
        )}
        <Input
          aria-label={`Name of ${file.name}`}
          value={name}
          maxLength={256}
          disabled={isDone}
          onChange={(event) => rename(event.target.value)}
          className="h-8"
        />
        <span className="shrink-0 text-xs text-muted">{formatBytes(file.size)}</span>
        <Button variant="ghost" size="icon" aria-label={`Leave ${file.name} out`} onClick={remove}>
          <X />
        </Button>
      </div>
      {error && (
        <p role="alert" className="pl-6 text-denied">
          {file.name}: {error}
        </p>
      )}
    </li>
  );
}

const formatBytes = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
