"use client";

import type { PolicyDocument } from "@ledgix/contract/policy";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { activatePolicy } from "@/lib/policies/actions";
import { usePolicyAction } from "./use-policy-action";

/** Puts a draft in force, at once or from a day on, and says what that means. */
export function ActivateControl({ client, policy }: { client: string; policy: PolicyDocument }) {
  const [isOpen, setOpen] = useState(false);
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const { run, isPending } = usePolicyAction(client);
  const inForce = policy.versions.find(({ state }) => state === "in_force");
  const count = policy.rules.length;
  const submit = () =>
    run(
      () =>
        activatePolicy(client, policy.policy_id, {
          policy_version_id: policy.policy_version_id,
          effective_from: from === "" ? null : new Date(from).toISOString(),
          effective_until: until === "" ? null : new Date(until).toISOString(),
        }),
      from === "" ? `Version ${policy.version} is in force.` : `Version ${policy.version} is scheduled.`,
      () => setOpen(false),
    );
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm">Put in force…</Button>
      </DialogTrigger>
      <DialogContent
        title={`Put version ${policy.version} of ${policy.title} in force`}
        description={`${count === 0 ? "It has no rules, so it decides nothing" : `Its ${count === 1 ? "rule decides" : `${count} rules decide`}`} from then on, for ${policy.tools.length === 0 ? "every tool" : policy.tools.join(", ")}. ${inForce ? `Version ${inForce.version} steps back. ` : ""}Its test cases run first; one that fails stops it.`}
      >
        <Form
          submit={isPending ? "Putting in force…" : from === "" ? "Put in force" : "Schedule"}
          isPending={isPending}
          onSubmit={submit}
        >
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="From" hint="Empty means now.">
              {(ids) => <Input {...ids} type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />}
            </Field>
            <Field label="Until" hint="Empty means for good.">
              {(ids) => <Input {...ids} type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />}
            </Field>
          </div>
        </Form>
      </DialogContent>
    </Dialog>
  );
}
