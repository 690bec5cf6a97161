"use client";

import type { PolicyDocument, RuleFinding } from "@ledgix/contract/policy";
import { TriangleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { Panel } from "@/components/ui/page";
import { writePolicy } from "@/lib/policies/actions";
import { RuleEffect } from "./rule-effect";
import { usePolicyAction } from "./use-policy-action";

type Props = { client: string; policy: PolicyDocument; mayWrite: boolean };

/** What decides: the rules in force, what they do to one another, and what the document proposes. */
export function PolicyRules({ client, policy, mayWrite }: Props) {
  const open = policy.proposals.filter(({ is_confirmed }) => !is_confirmed);
  return (
    <>
      <Panel className="flex flex-col gap-3 p-4">
        <h2 className="font-semibold">Rules</h2>
        {policy.rules.length === 0 && policy.cedar === "" ? (
          <p className="text-muted">
            No rules yet, so this policy decides nothing: calls under it pause, with its passages beside them.
          </p>
        ) : (
          <ul className="flex flex-col gap-2">
            {policy.rules.map((rule) => (
              <RuleEffect key={rule.text} {...rule} />
            ))}
          </ul>
        )}
        {policy.cedar !== "" && <CodeBlock label="Cedar" code={policy.cedar} />}
        <NotUnderstood policy={policy} />
        <Findings findings={policy.findings} />
      </Panel>
      {open.length > 0 && <Proposals client={client} policy={policy} open={open} mayWrite={mayWrite} />}
    </>
  );
}

/** What follows of sentences that are not understood, for the tools that the policy names, or for those that no other policy covers. */
function NotUnderstood({ policy: { rules, tools, cedar_problem } }: { policy: PolicyDocument }) {
  const unread = rules.filter(({ problem }) => problem !== null).length;
  if (unread === 0 && cedar_problem === null) return null;
  const what = [
    ...(unread === 0 ? [] : [unread === 1 ? "1 sentence is not understood" : `${unread} sentences are not understood`]),
    ...(cedar_problem === null ? [] : [`the Cedar cannot be read (${cedar_problem})`]),
  ].join(", and ");
  const calls =
    tools.length > 0
      ? `calls of ${new Intl.ListFormat("en", { type: "conjunction" }).format(tools)} wait for a person`
      : "calls of tools that no other policy covers wait for a person";
  return (
    <p className="flex items-start gap-2 rounded-md bg-paused-soft px-3 py-2 text-paused">
      <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
      <span className="min-w-0 break-words">
        {`${what.charAt(0).toUpperCase()}${what.slice(1)}: ${calls}.`}
        {tools.length === 0 &&
          " For the tools that another one covers, this policy approves nothing; what it denies or pauses stays."}
      </span>
    </p>
  );
}

export function Findings({ findings }: { findings: Omit<RuleFinding, "of">[] }) {
  if (findings.length === 0) return null;
  return (
    <ul aria-label="Conflicts" className="flex flex-col gap-1.5 border-t border-line pt-3">
      {findings.map(({ kind, rule, by, by_policy }) => (
        <li key={`${kind}:${rule}:${by}`} className="flex items-start gap-2">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-paused" aria-hidden />
          <span className="min-w-0 break-words">
            “{rule}” {kind === "shadowed" ? "never has an effect: it is hidden by" : "is overruled in part by"} “{by}”
            {by_policy && ` of ${by_policy}`}.
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Sentences of the document that read like rules. Confirming them makes a draft; nothing follows from them before. */
function Proposals({ client, policy, open, mayWrite }: Props & { open: PolicyDocument["proposals"] }) {
  const understood = open.filter(({ problem }) => problem === null);
  const [chosen, setChosen] = useState(() => new Set(understood.map(({ text }) => text)));
  const { run, isPending } = usePolicyAction(client);
  const router = useRouter();
  const toggle = (text: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(text)) next.add(text);
      return next;
    });
  const confirm = () =>
    run(
      () =>
        writePolicy(client, {
          policy_id: policy.policy_id,
          title: policy.title,
          description: policy.description,
          tools: policy.tools,
          categories: policy.categories,
          rules: [
            ...policy.rules.map(({ text }) => text),
            ...understood.map(({ text }) => text).filter((text) => chosen.has(text)),
          ],
          cedar: policy.cedar,
          content: policy.content,
          note: `${chosen.size} proposed ${chosen.size === 1 ? "rule" : "rules"} confirmed.`,
        }),
      "The rules are in a draft. Try it, then put it in force.",
      (draft) => router.push(`/${client}/policies/${encodeURIComponent(policy.policy_id)}?version=${draft.policy_version_id}`),
    );
  return (
    <Panel className="flex flex-col gap-3 p-4">
      <div>
        <h2 className="font-semibold">Proposed by the document</h2>
        <p className="text-muted">These sentences read like rules. They decide nothing until you confirm them.</p>
      </div>
      <ul aria-label="Proposed rules" className="flex flex-col gap-2">
        {open.map((proposal) => (
          <li key={proposal.text} className="flex items-start gap-2">
            {mayWrite && (
              <input
                type="checkbox"
                className="mt-1"
                aria-label={`Confirm: ${proposal.text}`}
                disabled={proposal.problem !== null}
                checked={proposal.problem === null && chosen.has(proposal.text)}
                onChange={() => toggle(proposal.text)}
              />
            )}
            <ul className="min-w-0 flex-1">
              <RuleEffect text={proposal.text} effect={proposal.effect} problem={proposal.problem} />
            </ul>
          </li>
        ))}
      </ul>
      {mayWrite && understood.length > 0 && (
        <div>
          <Button size="sm" disabled={isPending || chosen.size === 0} onClick={confirm}>
            Confirm {chosen.size === 1 ? "1 rule" : `${chosen.size} rules`} in a draft
          </Button>
        </div>
      )}
    </Panel>
  );
}
