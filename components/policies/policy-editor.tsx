"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Textarea } from "@/components/ui/input";
import { Page } from "@/components/ui/page";
import { writePolicy } from "@/lib/policies/actions";
import { RulesPreview } from "./rules-preview";
import { usePolicyAction } from "./use-policy-action";

const EXAMPLE = [
  "Refunds up to 100 USD may be approved automatically, at most 5 an hour per agent.",
  "Refunds over 1,000 USD need two reviewers.",
  "Never refund over 5,000 USD.",
].join("\n");

type Props = { client: string; policy: PolicyDocument | null };

/** A policy as sentences, one a line, read back as they are written; its document; and Cedar for experts. Saved as a draft. */
export function PolicyEditor({ client, policy }: Props) {
  const [title, setTitle] = useState(policy?.title ?? "");
  const [tools, setTools] = useState(policy?.tools.join(", ") ?? "");
  const [categories, setCategories] = useState(policy?.categories.join(", ") ?? "");
  const [rules, setRules] = useState(policy?.rules.map(({ text }) => text).join("\n") ?? "");
  const [content, setContent] = useState(policy?.source === "register" ? "" : (policy?.content ?? ""));
  const [cedar, setCedar] = useState(policy?.cedar ?? "");
  const [note, setNote] = useState("");
  const [error, setError] = useState<string | null>(null);
  const { run, isPending } = usePolicyAction(client);
  const router = useRouter();
  const lines = listOf(rules, "\n");

  const submit = () => {
    if (title.trim() === "") return setError("Give the policy a name.");
    if (lines.length === 0 && content.trim() === "" && cedar.trim() === "") return setError("Write a rule, or a text.");
    setError(null);
    const policyId = policy?.policy_id ?? idOf(title);
    run(
      () =>
        writePolicy(client, {
          policy_id: policyId,
          title: title.trim(),
          description: policy?.description ?? "",
          tools: listOf(tools, ","),
          categories: listOf(categories, ","),
          rules: lines,
          cedar,
          content,
          note,
        }),
      "Saved as a draft. It decides nothing until you put it in force.",
      (saved) => router.push(`/${client}/policies/${encodeURIComponent(policyId)}?version=${saved.policy_version_id}`),
    );
  };

  return (
    <Page
      title={policy ? `Edit ${policy.title}` : "Write rules"}
      description={
        policy
          ? `From version ${policy.version}. Saving makes a new draft; what is in force stays as it is.`
          : "Plain sentences that decide. Saving makes a draft; it decides nothing until you put it in force."
      }
    >
      <Form error={error} submit={isPending ? "Saving…" : "Save as a draft"} isPending={isPending} onSubmit={submit}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name">
            {(ids) => (
              <Input
                {...ids}
                value={title}
                placeholder="Refund limits"
                maxLength={80}
                onChange={(event) => setTitle(event.target.value)}
              />
            )}
          </Field>
          <Field label="Tools" hint="Separated by commas. Empty means every tool.">
            {(ids) => (
              <Input
                {...ids}
                value={tools}
                placeholder="stripe_refund"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTools(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Field label="Rules" hint="One a line. Deny beats pause beats approve, in any order.">
            {(ids) => (
              <Textarea
                {...ids}
                rows={10}
                value={rules}
                placeholder={EXAMPLE}
                onChange={(event) => setRules(event.target.value)}
              />
            )}
          </Field>
          <RulesPreview client={client} rules={lines} cedar={cedar} tools={listOf(tools, ",")} />
        </div>
        <details open={cedar !== ""}>
          <summary className="font-semibold">Cedar, for experts</summary>
          <div className="mt-2">
            <Field
              label="Policies in Cedar"
              hint='permit approves; forbid denies, or asks for a person with @effect("review"). Amounts are whole minor units: context.amount.minor.'
            >
              {(ids) => (
                <Textarea
                  {...ids}
                  rows={6}
                  className="font-mono text-xs"
                  spellCheck={false}
                  value={cedar}
                  onChange={(event) => setCedar(event.target.value)}
                />
              )}
            </Field>
          </div>
        </details>
        <Field
          label="Categories"
          hint="Separated by commas. Its passages are shown for calls of these alone; its rules hold for all. Empty means every call."
        >
          {(ids) => (
            <Input
              {...ids}
              value={categories}
              placeholder="refunds"
              autoComplete="off"
              onChange={(event) => setCategories(event.target.value)}
            />
          )}
        </Field>
        <Field label="Text" hint="Markdown. Reviewers see its passages; it decides nothing by itself.">
          {(ids) => (
            <Textarea
              {...ids}
              rows={content.length > 2000 ? 20 : 6}
              value={content}
              onChange={(event) => setContent(event.target.value)}
            />
          )}
        </Field>
        <Field label="Note" hint="What changed, for whoever compares versions.">
          {(ids) => <Input {...ids} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />}
        </Field>
      </Form>
    </Page>
  );
}

const listOf = (text: string, separator: string) =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);

/** "Refund limits 2026" is kept as `refund-limits-2026`. */
function idOf(title: string): string {
  const slug = title
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return slug || "policy";
}
