import type { TracedRule, TryAnswer } from "@ledgix/contract/judge";
import type { TriedCall } from "@ledgix/contract/policy";
import { describeCall } from "@ledgix/sentence/describe";
import { Check, CircleHelp, Minus } from "lucide-react";
import { Citations } from "@/components/reviews/citations";
import { Panel } from "@/components/ui/page";
import { RuleEffect } from "./rule-effect";
import { Verdict } from "./verdict";

const answers = {
  yes: { icon: Check, word: "holds", className: "text-ink" },
  no: { icon: Minus, word: "does not hold", className: "text-muted" },
  unsure: { icon: CircleHelp, word: "cannot tell", className: "text-paused" },
} as const;

/** The verdict of a trial, and its working: every rule's own answer, the passages, and how long each step took. */
export function TrialResult({
  client,
  call,
  answer: { answer, rules, steps },
}: {
  client: string;
  call: TriedCall;
  answer: TryAnswer;
}) {
  const { agent, text } = describeCall(call);
  return (
    <>
      <Panel className="flex flex-col gap-3 p-4" aria-label="Verdict">
        <p className="text-base font-semibold break-words">
          {agent} {text}.
        </p>
        <p className="flex flex-wrap items-center gap-2">
          <Verdict verdict={answer.verdict} />
          {answer.required_approvals === 2 && <span>by two people</span>}
        </p>
        <p className="break-words">{answer.reason}</p>
        <p className="text-xs text-muted">
          Confidence {answer.confidence.toFixed(2)}. {answer.confidence_basis}
        </p>
      </Panel>
      {rules.length > 0 && (
        <Panel className="flex flex-col gap-3 p-4">
          <h2 className="font-semibold">Rules</h2>
          <ul aria-label="Rules that were asked" className="flex flex-col gap-2.5">
            {rules.map((rule) => (
              <AskedRule key={`${rule.policy_version_id}:${rule.text}`} rule={rule} />
            ))}
          </ul>
        </Panel>
      )}
      <Panel className="flex flex-col gap-3 p-4">
        <h2 className="font-semibold">Passages</h2>
        <Citations client={client} citations={answer.citations} words={wordsOf(call)} />
      </Panel>
      <p className="text-xs text-muted">{steps.map(({ name, ms }) => `${name}: ${ms} ms`).join(" · ")}</p>
    </>
  );
}

function AskedRule({ rule }: { rule: TracedRule }) {
  const { icon: Icon, word, className } = answers[rule.holds];
  return (
    <li className="flex items-start gap-2.5">
      <span className={`mt-0.5 flex w-28 shrink-0 items-center gap-1 text-xs ${className}`}>
        <Icon className="size-3.5" aria-hidden /> {word}
      </span>
      <div className="min-w-0 flex-1">
        <ul>
          <RuleEffect text={rule.text} effect={rule.effect} problem={null} />
        </ul>
        {rule.why.map((why) => (
          <p key={why} className="text-xs text-paused">
            {why}
          </p>
        ))}
        <p className="text-xs text-muted">{rule.policy_title}</p>
      </div>
    </li>
  );
}

/** Words of a call that a passage may have in common with it. */
function wordsOf({ tool_name, tool_args }: TriedCall): string[] {
  const texts = [
    tool_name,
    ...Object.entries(tool_args).flatMap(([name, value]) => [name, typeof value === "string" ? value : ""]),
  ];
  return [
    ...new Set(
      texts
        .join(" ")
        .toLowerCase()
        .match(/[a-z]{4,}/g),
    ),
  ];
}
