"use client";

import { ListFilter, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { exactTime, shortId } from "@/lib/format";
import { type LedgerFilterName, ledgerFilterLabels, ledgerFilterNames, setLedgerFilter, useLedgerFilter } from "./ledger-filter";

const decisions = { approved: "Approved", denied: "Denied", approved_pending_review: "Paused" };
const channels = { policy: "by policy", console: "the console", slack: "Slack", api: "the API", rule: "by a rule's deadline" };
const texts = [
  ["tool", "stripe_refund"],
  ["agent", "payments-agent"],
  ["asked_by", "payments-worker"],
  ["reviewer", "reviewer@example.com"],
  ["policy", "refunds"],
  ["version", "Id of the version"],
] as const;

/** A `datetime-local` value in the reader's zone, from and to what Vault takes. */
const toLocal = (iso: string | undefined) =>
  iso ? new Date(Date.parse(iso) - new Date(iso).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
const fromLocal = (local: string) => (local ? new Date(local).toISOString() : "");

function chipLabel(name: LedgerFilterName, value: string): string {
  if (name === "decision") return decisions[value as keyof typeof decisions] ?? value;
  if (name === "channel") return `Decided in ${channels[value as keyof typeof channels] ?? value}`;
  if (name === "from" || name === "to") return `${ledgerFilterLabels[name]} ${exactTime(value)}`;
  if (name === "version" || name === "request_id") return `${ledgerFilterLabels[name]} ${shortId(value)}`;
  return `${ledgerFilterLabels[name]} ${value}`;
}

export function LedgerFilters() {
  const filter = useLedgerFilter();
  const [isOpen, setOpen] = useState(false);
  const chosen = ledgerFilterNames.filter((name) => filter[name]);
  return (
    <search className="flex flex-wrap items-center gap-2">
      <Popover open={isOpen} onOpenChange={setOpen}>
        <PopoverTrigger asChild>
          <Button variant="secondary" aria-label={chosen.length === 0 ? "Filter" : `Filter, ${chosen.length} chosen`}>
            <ListFilter /> Filter
          </Button>
        </PopoverTrigger>
        <PopoverContent align="start" aria-label="Filter" className="w-96">
          <form
            className="grid grid-cols-2 gap-3"
            onSubmit={(event) => {
              event.preventDefault();
              const form = Object.fromEntries(
                [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()]),
              );
              setLedgerFilter({ ...form, from: fromLocal(form.from ?? ""), to: fromLocal(form.to ?? "") });
              setOpen(false);
            }}
          >
            {texts.map(([name, placeholder]) => (
              <Field key={name} label={ledgerFilterLabels[name]}>
                {(ids) => (
                  <Input {...ids} name={name} defaultValue={filter[name] ?? ""} placeholder={placeholder} autoComplete="off" />
                )}
              </Field>
            ))}
            <Field label="Decision">
              {(ids) => (
                <Select {...ids} name="decision" defaultValue={filter.decision ?? ""}>
                  <option value="">Every decision</option>
                  {Object.entries(decisions).map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label="Decided in">
              {(ids) => (
                <Select {...ids} name="channel" defaultValue={filter.channel ?? ""}>
                  <option value="">Anywhere</option>
                  {Object.entries(channels).map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label="From">
              {(ids) => <Input {...ids} type="datetime-local" name="from" defaultValue={toLocal(filter.from)} />}
            </Field>
            <Field label="Until">
              {(ids) => <Input {...ids} type="datetime-local" name="to" defaultValue={toLocal(filter.to)} />}
            </Field>
            <div className="col-span-2 flex justify-end">
              <Button type="submit">Show entries</Button>
            </div>
          </form>
        </PopoverContent>
      </Popover>
      {chosen.length > 0 && (
        <ul aria-label="Chosen filters" className="flex flex-wrap gap-1.5">
          {chosen.map((name) => (
            <li key={name}>
              <button
                type="button"
                aria-label={`Take away the filter ${chipLabel(name, filter[name] ?? "")}`}
                onClick={() => setLedgerFilter({ [name]: "" })}
                className="flex h-6 max-w-72 items-center gap-1 rounded-full bg-accent-soft pr-1.5 pl-2.5 text-xs text-accent hover:bg-ink/10"
              >
                <span className="truncate" suppressHydrationWarning>
                  {chipLabel(name, filter[name] ?? "")}
                </span>
                <X className="size-3 shrink-0" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}
