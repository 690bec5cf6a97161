"use client";

import { type Role, roleMay, roles } from "@ledgix/contract/permissions";
import { type Reviewers, type ReviewRule, reviewRule } from "@ledgix/contract/review-rules";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Field } from "@/components/ui/field";
import { Form, FormGroup } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { membersQuery } from "@/lib/vault/queries";

const deciding = roles.filter((role) => roleMay(role, "reviews:decide"));
const times = [
  ["", "Waits for ever"],
  ["900", "15 minutes"],
  ["3600", "1 hour"],
  ["14400", "4 hours"],
  ["86400", "1 day"],
  ["259200", "3 days"],
] as const;

const listOf = (text: FormDataEntryValue | null) =>
  String(text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

type Props = { client: string; rule: ReviewRule | null; isPending: boolean; onSave: (rule: ReviewRule) => void };

export function RuleForm({ client, rule, isPending, onSave }: Props) {
  const [error, setError] = useState<string | null>(null);
  const [time, setTime] = useState(String(rule?.answer_within ?? ""));
  const [escalates, setEscalates] = useState(rule?.escalate_to != null);
  const submit = (form: FormData) => {
    const parsed = reviewRule.safeParse({
      id: rule?.id ?? crypto.randomUUID(),
      name: form.get("name"),
      when: {
        tools: listOf(form.get("tools")),
        agents: listOf(form.get("agents")),
        categories: listOf(form.get("categories")),
        amount_over: form.get("amount_over") ? Number(form.get("amount_over")) : null,
        currency: String(form.get("currency") ?? "").trim() || null,
      },
      reviewers: { roles: form.getAll("roles"), members: form.getAll("members") },
      approvals: Number(form.get("approvals")),
      reason: form.get("reason"),
      console_only: form.get("console_only") === "on",
      on_call: listOf(form.get("on_call")),
      answer_within: time === "" ? null : Number(time),
      escalate_to:
        time !== "" && escalates ? { roles: form.getAll("escalation_roles"), members: form.getAll("escalation_members") } : null,
      when_unanswered: time === "" ? "wait" : form.get("when_unanswered"),
    });
    if (parsed.success) return onSave(parsed.data);
    const [issue] = parsed.error.issues;
    setError(issue?.path[0] === "name" ? "Give the rule a name." : `${issue?.path.join(" ")}: ${issue?.message}`);
  };
  return (
    <Form submit={isPending ? "Saving…" : "Save rule"} isPending={isPending} error={error} onSubmit={submit}>
      <Field label="Name">
        {(ids) => <Input {...ids} name="name" defaultValue={rule?.name} maxLength={120} placeholder="Refunds over 500" />}
      </Field>
      <FormGroup legend="For requests of">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Tools" hint="Commas between, * for any characters. Empty: every tool.">
            {(ids) => <Input {...ids} name="tools" defaultValue={rule?.when.tools.join(", ")} placeholder="stripe_*, payout" />}
          </Field>
          <Field label="Agents" hint="Empty: every agent.">
            {(ids) => <Input {...ids} name="agents" defaultValue={rule?.when.agents.join(", ")} placeholder="payments-agent" />}
          </Field>
          <Field label="Amount over" hint="A request without an amount fits as well.">
            {(ids) => (
              <span className="flex gap-2">
                <Input
                  {...ids}
                  name="amount_over"
                  inputMode="decimal"
                  defaultValue={rule?.when.amount_over ?? ""}
                  placeholder="500"
                />
                <Input
                  name="currency"
                  aria-label="Currency"
                  defaultValue={rule?.when.currency ?? ""}
                  maxLength={3}
                  placeholder="USD"
                  className="w-20"
                />
              </span>
            )}
          </Field>
          <Field label="Categories" hint="Data or action categories of the request.">
            {(ids) => <Input {...ids} name="categories" defaultValue={rule?.when.categories.join(", ")} placeholder="payment" />}
          </Field>
        </div>
      </FormGroup>
      <FormGroup legend="Decided by">
        <ReviewerChoice client={client} prefix="" chosen={rule?.reviewers ?? null} />
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="People">
            {(ids) => (
              <Select {...ids} name="approvals" defaultValue={rule?.approvals ?? 1}>
                <option value={1}>One person</option>
                <option value={2}>Two different people</option>
              </Select>
            )}
          </Field>
          <Field label="Reason">
            {(ids) => (
              <Select {...ids} name="reason" defaultValue={rule?.reason ?? "optional"}>
                <option value="optional">Optional</option>
                <option value="required_to_deny">Required to deny</option>
                <option value="required">Required</option>
              </Select>
            )}
          </Field>
        </div>
        <Field label="On call, in this order" hint="Cases are given to the first who is not out of office.">
          {(ids) => (
            <Input
              {...ids}
              name="on_call"
              defaultValue={rule?.on_call.join(", ")}
              placeholder="first@example.com, second@example.com"
            />
          )}
        </Field>
        <label className="flex items-center gap-2">
          <input type="checkbox" name="console_only" defaultChecked={rule?.console_only ?? false} className="accent-(--accent)" />
          Only in the console, not in Slack
        </label>
      </FormGroup>
      <FormGroup legend="Time to answer">
        <div className="grid gap-3 sm:grid-cols-2">
          <Select aria-label="Time to answer" value={time} onChange={(event) => setTime(event.target.value)}>
            {times.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
          {time !== "" && (
            <Select name="when_unanswered" aria-label="When nobody answered" defaultValue={rule?.when_unanswered ?? "deny"}>
              <option value="deny">Then deny</option>
              <option value="wait">Then go on waiting</option>
            </Select>
          )}
        </div>
        {time !== "" && (
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={escalates}
              onChange={(event) => setEscalates(event.target.checked)}
              className="accent-(--accent)"
            />
            Escalate first, for as long again
          </label>
        )}
        {time !== "" && escalates && <ReviewerChoice client={client} prefix="escalation_" chosen={rule?.escalate_to ?? null} />}
      </FormGroup>
    </Form>
  );
}

/** Roles and single members to tick. None means anybody who decides. */
function ReviewerChoice({ client, prefix, chosen }: { client: string; prefix: string; chosen: Reviewers | null }) {
  const { data } = useQuery(membersQuery(client));
  const members = new Set([
    ...(data?.members ?? [])
      .filter((member) => roleMay(member.role, "reviews:decide"))
      .map((member) => member.email.toLowerCase()),
    ...(chosen?.members ?? []),
  ]);
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {deciding.map((role: Role) => (
          <Tick
            key={role}
            name={`${prefix}roles`}
            value={role}
            isTicked={chosen?.roles.includes(role) ?? false}
            label={`Any ${role}`}
          />
        ))}
        {[...members].map((email) => (
          <Tick
            key={email}
            name={`${prefix}members`}
            value={email}
            isTicked={chosen?.members.includes(email) ?? false}
            label={email}
          />
        ))}
      </div>
      <p className="text-xs text-muted">Nobody ticked: anybody who decides.</p>
    </div>
  );
}

function Tick({ name, value, isTicked, label }: { name: string; value: string; isTicked: boolean; label: string }) {
  return (
    <label className="flex items-center gap-1.5">
      <input type="checkbox" name={name} value={value} defaultChecked={isTicked} className="accent-(--accent)" />
      <span className="break-all">{label}</span>
    </label>
  );
}
