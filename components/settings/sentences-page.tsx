"use client";

import type { ShownReviewSettings } from "@ledgix/contract/settings";
import { describeCall, nounOf } from "@ledgix/sentence/describe";
import { templateProblem } from "@ledgix/sentence/template";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Textarea } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { Skeleton, SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { reviewsQuery, settingsQuery, thresholdHistoryQuery } from "@/lib/vault/queries";
import { useHeld } from "./use-held";
import { useReviewSettings } from "./use-review-settings";

type Template = ShownReviewSettings["templates"][string];
type Edited = { tool: string; template: Template | null; base: ShownReviewSettings };

/** How calls read to reviewers, in the console, in Slack and in mail; and the reasons that they pick from. */
export function SentencesPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(settingsQuery(client));
  const [edited, setEdited] = useState<Edited | null>(null);
  const settings = useReviewSettings(client);
  const { isPending } = settings;
  const saveTemplates = (base: ShownReviewSettings, templates: ShownReviewSettings["templates"], done: string) =>
    settings.save({ base, update: { templates }, done, isTyped: true, onSettled: () => setEdited(null) });
  const templates = Object.entries(data?.templates ?? {});
  return (
    <Page
      title="Sentences"
      description="What a reviewer reads first. A tool without a sentence of its own gets one from the names of its arguments."
      actions={
        mayWrite &&
        data && (
          <Button size="sm" onClick={() => setEdited({ tool: "", template: null, base: data })}>
            <Plus /> Add sentence
          </Button>
        )
      }
    >
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading sentences" rows={3} />
        ) : templates.length === 0 ? (
          <EmptyState title="No sentences yet">
            Add one for a tool that reviewers see often: “refund {"{amount:money}"} to customer {"{customer}"}”.
          </EmptyState>
        ) : (
          <ul aria-label="Sentences" className="divide-y divide-line">
            {templates.map(([tool, template]) => (
              <li key={tool} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
                <div className="min-w-0 flex-1 basis-60">
                  <p className="font-mono text-xs break-all">{tool}</p>
                  <p className="break-words">
                    <span className="text-muted">wants to</span> {template.text}
                  </p>
                </div>
                <span className="text-muted">button: Approve {template.noun}</span>
                {mayWrite && (
                  <Button
                    variant="secondary"
                    size="sm"
                    aria-label={`Edit the sentence of ${tool}`}
                    onClick={() => setEdited({ tool, template, base: data })}
                  >
                    Edit
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {data && (
        <CannedReasons
          settings={data}
          mayWrite={mayWrite}
          isPending={isPending}
          onSave={(base, canned_reasons, onSettled) =>
            settings.save({ base, update: { canned_reasons }, done: "The reasons are saved.", isTyped: true, onSettled })
          }
        />
      )}
      <Dialog open={edited !== null} onOpenChange={(open) => !open && setEdited(null)}>
        <DialogContent title={edited?.template ? `How ${edited.tool} reads` : "Add a sentence"}>
          {edited && (
            <TemplateForm
              client={client}
              edited={edited}
              isPending={isPending}
              onSave={(tool, template) =>
                saveTemplates(edited.base, { ...edited.base.templates, [tool]: template }, `${tool} reads like this now.`)
              }
              onDelete={() => {
                const { [edited.tool]: _, ...rest } = edited.base.templates;
                saveTemplates(edited.base, rest, `${edited.tool} reads by its names again.`);
              }}
            />
          )}
        </DialogContent>
      </Dialog>
      {settings.dialog}
    </Page>
  );
}

type TemplateProps = {
  client: string;
  edited: Edited;
  isPending: boolean;
  onSave: (tool: string, template: Template) => void;
  onDelete: () => void;
};

function TemplateForm({ client, edited, isPending, onSave, onDelete }: TemplateProps) {
  const [tool, setTool] = useState(edited.tool);
  const [text, setText] = useState(edited.template?.text ?? "");
  const [writtenNoun, setNoun] = useState(edited.template?.noun ?? null);
  const noun = writtenNoun ?? nounOf(tool);
  const [error, setError] = useState<string | null>(null);
  const history = useQuery(thresholdHistoryQuery(client, ""));
  const submit = () => {
    const problem = tool.trim() === "" ? "Name the tool." : templateProblem(text);
    if (problem) return setError(problem);
    onSave(tool.trim(), { text: text.trim(), noun: noun.trim() || "request" });
  };
  return (
    <Form submit={isPending ? "Saving…" : "Save sentence"} isPending={isPending} error={error} onSubmit={submit}>
      {edited.template === null && (
        <Field label="Tool">
          {(ids) => (
            <>
              <Input
                {...ids}
                list="known-tools"
                value={tool}
                onChange={(event) => setTool(event.target.value)}
                autoComplete="off"
                placeholder="stripe_refund"
              />
              <datalist id="known-tools">
                {history.data?.tools.map((row) => (
                  <option key={row.tool} value={row.tool} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
      <Field
        label="Sentence, after “wants to”"
        hint="Arguments as {name}, inner ones as {customer.email}. {amount:money} uses the call's currency; :minor takes cents; :number and :date format too."
      >
        {(ids) => (
          <Textarea
            {...ids}
            rows={2}
            maxLength={500}
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="refund {amount:money} to customer {customer}"
          />
        )}
      </Field>
      <Field label="Word for the button" hint={`The button reads “Approve ${noun || "request"}”.`}>
        {(ids) => <Input {...ids} maxLength={40} value={noun} onChange={(event) => setNoun(event.target.value)} />}
      </Field>
      <Preview client={client} tool={tool.trim()} template={{ text, noun }} />
      {edited.template && (
        <Button variant="ghost" size="sm" className="self-start" disabled={isPending} onClick={onDelete}>
          Delete this sentence
        </Button>
      )}
    </Form>
  );
}

/** The sentence on the last call of this tool, while it is being written. */
function Preview({ client, tool, template }: { client: string; tool: string; template: Template }) {
  const { data } = useInfiniteQuery({ ...reviewsQuery(client, { status: "all", tool, limit: "1" }), enabled: tool !== "" });
  const call = data?.pages[0]?.reviews[0];
  // It keeps its height while it is read: the button below must not move away under a press.
  if (tool !== "" && data === undefined) return <Skeleton className="h-21 w-full" />;
  if (call === undefined) {
    return (
      <p className="min-h-21 rounded-md bg-sunken p-3 text-muted">
        {tool === ""
          ? "Name a tool, and its last call is read here with your sentence."
          : `No call of ${tool} has paused yet, so there is nothing to try this on.`}
      </p>
    );
  }
  const problem = templateProblem(template.text);
  const plain = describeCall(call);
  const sentence = describeCall(call, template);
  const isFilled = problem === null && sentence.text !== plain.text;
  return (
    <section aria-label="Preview" aria-live="polite" className="min-h-21 rounded-md bg-sunken p-3">
      <p className="text-xs text-muted">
        {isFilled
          ? "On the last call it reads"
          : template.text.trim() === ""
            ? "Without a sentence of its own, the last call reads"
            : "The last call lacks an argument that this names, so it reads as without it"}
      </p>
      <p className="break-words">
        <span className="font-semibold">{sentence.agent}</span> {problem === null ? sentence.text : plain.text}.
      </p>
      <p className="mt-1 text-xs break-words text-muted">Its arguments: {Object.keys(call.tool_args).join(", ") || "none"}</p>
    </section>
  );
}

type ReasonsProps = {
  settings: ShownReviewSettings;
  mayWrite: boolean;
  isPending: boolean;
  onSave: (base: ShownReviewSettings, reasons: string[], onSettled: () => void) => void;
};

function CannedReasons({ settings, mayWrite, isPending, onSave }: ReasonsProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const base = useHeld(settings, typed !== null);
  const reasons = base.canned_reasons;
  const text = typed ?? reasons.join("\n");
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    <Panel className="p-5">
      <Form
        submit="Save reasons"
        isPending={isPending || !mayWrite || lines.join("\n") === reasons.join("\n")}
        onSubmit={() => onSave(base, lines, () => setTyped(null))}
      >
        <Field label="Reasons to pick from" hint="One a line. Reviewers pick one and may change it.">
          {(ids) => (
            <Textarea
              {...ids}
              rows={4}
              disabled={!mayWrite}
              value={text}
              onChange={(event) => setTyped(event.target.value)}
              placeholder={"Duplicate charge confirmed\nCustomer not found"}
            />
          )}
        </Field>
      </Form>
    </Panel>
  );
}
