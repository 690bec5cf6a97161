"use client";

import { parseRule } from "@ledgix/rules/parse";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Textarea } from "@/components/ui/input";
import { registerRules } from "@/lib/policies/actions";
import { RuleEffect } from "./rule-effect";

const EXAMPLE =
  "Approve when amount is at most 100 and currency is usd.\nPause when amount is over 100.\nDeny when amount is over 5,000.";

/** Rules as sentences, one a line, read back as they are written. */
export function RulesForm({ client, onDone }: { client: string; onDone: () => void }) {
  const [name, setName] = useState("");
  const [tools, setTools] = useState("");
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const rules = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

  const submit = () => {
    if (name.trim() === "") return setError("Give the policy a name.");
    if (rules.length === 0) return setError("Write at least one rule.");
    const toolNames = tools
      .split(",")
      .map((tool) => tool.trim())
      .filter(Boolean);
    start(async () => {
      const policyId = name.trim().toLowerCase().replaceAll(/\s+/g, "-");
      const result = await registerRules(client, { policyId, description: name.trim(), rules, tools: toolNames });
      if (!result.ok) return setError(result.error);
      toast.success("The rules are in force.", { description: result.data.message });
      onDone();
    });
  };

  return (
    <Form error={error} submit={isPending ? "Saving…" : "Put in force"} isPending={isPending} onSubmit={submit}>
      <Field label="Name">
        {(ids) => (
          <Input
            {...ids}
            value={name}
            placeholder="Refund limits"
            maxLength={80}
            onChange={(event) => setName(event.target.value)}
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
      <Field label="Rules" hint="One a line. Numbers are compared with the argument's own number, whatever its unit.">
        {(ids) => (
          <Textarea {...ids} rows={4} value={text} placeholder={EXAMPLE} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      {rules.length > 0 && (
        <ul aria-label="How the rules are understood" className="flex flex-col gap-1.5">
          {rules.map((rule) => {
            const parsed = parseRule(rule);
            return (
              <RuleEffect
                key={rule}
                text={rule}
                effect={parsed.ok ? parsed.rule.effect : null}
                problem={parsed.ok ? null : parsed.problem}
              />
            );
          })}
        </ul>
      )}
    </Form>
  );
}
