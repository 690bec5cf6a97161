"use client";

import type { TryAnswer } from "@ledgix/contract/judge";
import { type PolicyDocument, type TriedCall, triedCall } from "@ledgix/contract/policy";
import { describeCall } from "@ledgix/sentence/describe";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useState, useTransition } from "react";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select, Textarea } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { tryCall } from "@/lib/policies/actions";
import { policiesQuery } from "@/lib/vault/policy-queries";
import { reviewsQuery } from "@/lib/vault/queries";
import { KeepCase } from "./keep-case";
import { TrialResult } from "./trial-result";

type Props = { client: string; version: PolicyDocument | null; tool: string; mayWrite: boolean };

/** Any call against the policies in force, or with a draft in the place of its policy's version. It counts for nothing. */
export function TryPage({ client, version, tool, mayWrite }: Props) {
  const [toolName, setToolName] = useState(tool);
  const [args, setArgs] = useState('{\n  "amount": 50,\n  "currency": "USD"\n}');
  const [agentId, setAgentId] = useState("default-agent");
  const [categories, setCategories] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [tried, setTried] = useState<{ call: TriedCall; answer: TryAnswer } | null>(null);
  const [isPending, start] = useTransition();
  const history = useInfiniteQuery(reviewsQuery(client, { status: "all" }));
  const policies = useQuery(policiesQuery(client));
  const past = history.data?.pages.flatMap((page) => page.reviews) ?? [];

  const fill = (requestId: string) => {
    const found = past.find((review) => review.request_id === requestId);
    if (!found) return;
    setToolName(found.tool_name);
    setArgs(JSON.stringify(found.tool_args, null, 2));
    setAgentId(found.agent_id);
  };
  const submit = () => {
    const call = readCall(toolName, args, agentId, categories);
    if (typeof call === "string") return setError(call);
    setError(null);
    start(async () => {
      const result = await tryCall(client, call, version?.policy_version_id ?? null);
      if (!result.ok) return setError(result.error);
      setTried({ call, answer: result.data });
    });
  };

  return (
    <Page
      title="Try it"
      description={
        version
          ? `Against version ${version.version} of ${version.title} (${version.state.replace("_", " ")}) and the other policies in force.`
          : "Against the policies in force, as an agent's call would be judged now."
      }
    >
      <p className="flex items-center gap-2 rounded-lg bg-accent-soft px-4 py-2.5">
        <FlaskConical className="size-4 shrink-0 text-accent" aria-hidden />A trial. Nothing is approved, nobody is asked, and
        nothing is written to the ledger.
      </p>
      <div className="grid items-start gap-6 lg:grid-cols-[2fr_3fr]">
        <Panel className="p-4">
          <Form error={error} submit={isPending ? "Judging…" : "Judge this call"} isPending={isPending} onSubmit={submit}>
            {past.length > 0 && (
              <Field label="From history">
                {(ids) => (
                  <Select {...ids} defaultValue="" onChange={(event) => fill(event.target.value)}>
                    <option value="">a call of your own</option>
                    {past.slice(0, 30).map((review) => (
                      <option key={review.request_id} value={review.request_id}>
                        {review.agent_id} {describeCall(review).text}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            <Field label="Tool">
              {(ids) => (
                <Input
                  {...ids}
                  list="known-tools"
                  value={toolName}
                  placeholder="stripe_refund"
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setToolName(event.target.value)}
                />
              )}
            </Field>
            <datalist id="known-tools">
              {[...new Set(policies.data?.policies.flatMap(({ tools }) => tools))].map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
            <Field label="Arguments" hint="JSON, as the agent would send it. Paste a whole request, and it is taken apart.">
              {(ids) => (
                <Textarea
                  {...ids}
                  rows={8}
                  className="font-mono text-xs"
                  spellCheck={false}
                  value={args}
                  onChange={(event) => setArgs(event.target.value)}
                />
              )}
            </Field>
            <Field label="Agent">
              {(ids) => (
                <Input {...ids} value={agentId} autoComplete="off" onChange={(event) => setAgentId(event.target.value)} />
              )}
            </Field>
            <Field label="Data categories" hint="Separated by commas.">
              {(ids) => (
                <Input {...ids} value={categories} autoComplete="off" onChange={(event) => setCategories(event.target.value)} />
              )}
            </Field>
          </Form>
        </Panel>
        {tried ? (
          <div className="flex min-w-0 flex-col gap-4">
            <TrialResult client={client} {...tried} />
            {mayWrite && <KeepCase client={client} call={tried.call} verdict={tried.answer.answer.verdict} version={version} />}
          </div>
        ) : (
          <p className="px-4 py-16 text-center text-muted">The verdict stands here, with every rule's own answer.</p>
        )}
      </div>
    </Page>
  );
}

/** A call from what was entered. A whole request in the place of its arguments is understood too. @returns the call, or what is wrong */
function readCall(toolName: string, args: string, agentId: string, categories: string): TriedCall | string {
  let json: unknown;
  try {
    json = JSON.parse(args || "{}");
  } catch {
    return "The arguments are no JSON. Text stands in double quotes, and nothing follows the last entry.";
  }
  const isRequest = typeof json === "object" && json !== null && "tool_name" in json && "tool_args" in json;
  const parsed = triedCall.safeParse(
    isRequest
      ? json
      : {
          tool_name: toolName.trim(),
          tool_args: json,
          agent_id: agentId.trim() || "default-agent",
          data_categories: categories
            .split(",")
            .map((category) => category.trim())
            .filter(Boolean),
        },
  );
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return issue?.path[0] === "tool_name" ? "Name the tool." : "The arguments are an object: begin with { and end with }.";
}
