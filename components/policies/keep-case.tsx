"use client";

import type { PolicyDocument, TriedCall } from "@ledgix/contract/policy";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { addCase } from "@/lib/policies/actions";
import { policiesQuery } from "@/lib/vault/policy-queries";
import { usePolicyAction } from "./use-policy-action";
import { verdictWords } from "./verdict";

type Props = { client: string; call: TriedCall; verdict: keyof typeof verdictWords; version: PolicyDocument | null };

/** Keeps a tried call as a test case of a policy, with the verdict that it must get from every draft. */
export function KeepCase({ client, call, verdict, version }: Props) {
  const policies = useQuery(policiesQuery(client)).data?.policies ?? [];
  const covering = policies.filter(({ tools }) => tools.length === 0 || tools.includes(call.tool_name));
  const [policyId, setPolicyId] = useState(version?.policy_id ?? "");
  const [name, setName] = useState("");
  const [expected, setExpected] = useState(verdict);
  const [error, setError] = useState<string | null>(null);
  const { run, isPending } = usePolicyAction(client);
  const chosen = policyId || covering[0]?.policy_id;
  if (chosen === undefined) return null;
  const submit = () => {
    if (name.trim() === "") return setError("Give the test case a name, such as “Small refunds pass”.");
    setError(null);
    run(
      () => addCase(client, chosen, { name, call, expected }),
      "The test case is kept. Every draft has to pass it.",
      () => setName(""),
    );
  };
  return (
    <Panel className="p-4">
      <h2 className="mb-3 font-semibold">Keep it as a test case</h2>
      <Form error={error} submit={isPending ? "Keeping…" : "Keep test case"} isPending={isPending} onSubmit={submit}>
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="Name">
            {(ids) => <Input {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Field label="Must be">
            {(ids) => (
              // The options are the verdicts alone.
              <Select {...ids} value={expected} onChange={(event) => setExpected(event.target.value as typeof expected)}>
                {Object.entries(verdictWords).map(([value, word]) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Of the policy">
            {(ids) => (
              <Select {...ids} value={chosen} onChange={(event) => setPolicyId(event.target.value)}>
                {(version && !covering.some(({ policy_id }) => policy_id === version.policy_id)
                  ? [version, ...covering]
                  : covering
                ).map(({ policy_id, title }) => (
                  <option key={policy_id} value={policy_id}>
                    {title}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      </Form>
    </Panel>
  );
}
