"use client";

import type { PreviewAnswer } from "@ledgix/contract/judge";
import { describeCall } from "@ledgix/sentence/describe";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useEffect, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { previewRules } from "@/lib/policies/actions";
import { Findings } from "./policy-rules";
import { RuleEffect } from "./rule-effect";

/** Milliseconds without a key before what was written is read. */
const PAUSE_MS = 400;

type Props = { client: string; rules: string[]; cedar: string; tools: string[] };

/** What is being written, as the judge understands it: what each rule does, in Cedar too, and which past requests it would have met. */
export function RulesPreview({ client, rules, cedar, tools }: Props) {
  const written = JSON.stringify({ rules, cedar, tools });
  const [asked, setAsked] = useState(written);
  useEffect(() => {
    const timer = setTimeout(setAsked, PAUSE_MS, written);
    return () => clearTimeout(timer);
  }, [written]);
  const { data, error } = useQuery({
    queryKey: [client, "rules-preview", asked],
    queryFn: async () => {
      const result = await previewRules(client, JSON.parse(asked));
      if (!result.ok) throw new Error(result.error);
      return result.data;
    },
    enabled: rules.length > 0 || cedar.trim() !== "",
    placeholderData: (before) => before,
    retry: false,
  });
  const shown = useDeferredValue(data);
  return (
    <section aria-label="How the rules are understood" className="flex flex-col gap-3 rounded-lg bg-sunken p-4">
      <h2 className="font-semibold">How this is understood</h2>
      {error ? (
        <p className="text-denied">{error.message}</p>
      ) : shown === undefined || (rules.length === 0 && cedar.trim() === "") ? (
        <p className="text-muted">
          Write a sentence: who or what, how much, and what happens. “Payments over 10,000 EUR need two reviewers.”
        </p>
      ) : (
        <>
          <ul className="flex flex-col gap-3">
            {shown.rules.map((rule) => (
              <PreviewedRule key={rule.text} client={client} rule={rule} lookedAt={shown.looked_at} />
            ))}
          </ul>
          {shown.cedar_problem && (
            <p role="alert" className="flex items-start gap-2 text-denied">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> {shown.cedar_problem}
            </p>
          )}
          <Findings findings={shown.findings.map((finding) => ({ ...finding, by_policy: null }))} />
        </>
      )}
    </section>
  );
}

type PreviewedProps = { client: string; rule: PreviewAnswer["rules"][number]; lookedAt: number };

function PreviewedRule({ client, rule, lookedAt }: PreviewedProps) {
  return (
    <li className="flex flex-col gap-1">
      <ul>
        <RuleEffect text={rule.text} effect={rule.effect} problem={rule.problem} />
      </ul>
      {rule.cedar !== null && (
        <details className="text-xs text-muted">
          <summary>
            {lookedAt === 0 ? (
              "No past requests to hold it against"
            ) : (
              <>
                Fits {rule.matches} of the last {lookedAt} requests
              </>
            )}
            {rule.unsure > 0 && (
              <>
                {" "}
                <Badge tone="paused">cannot tell for {rule.unsure}</Badge>
              </>
            )}
          </summary>
          {rule.why.map((why) => (
            <p key={why} className="mt-1">
              {why}{" "}
              {why.startsWith("Nobody confirmed") && (
                <Link className="text-accent underline underline-offset-2" href={`/${client}/policies/tools`}>
                  Confirm it
                </Link>
              )}
            </p>
          ))}
          <ul className="mt-1">
            {rule.examples.map((example) => (
              <li key={example.request_id}>
                {example.agent_id} {describeCall(example).text}
              </li>
            ))}
          </ul>
          <pre className="mt-1 overflow-x-auto rounded bg-surface p-2 font-mono">{rule.cedar}</pre>
        </details>
      )}
    </li>
  );
}
