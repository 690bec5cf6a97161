"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import { membersQuery } from "@/lib/vault/queries";
import { ages, setFilter, statuses, useReviewFilter } from "./review-filter";

const texts = [
  ["tool", "Tool", "stripe_refund"],
  ["agent", "Agent", "payments-agent"],
  ["principal", "Asked by", "A key's name, or a person's address"],
  ["policy", "Policy", "refunds"],
] as const;

/** Everything that the queue can be narrowed by, in a popover. */
export function FilterPopover({ client, trigger }: { client: string; trigger: ReactElement }) {
  const [isOpen, setOpen] = useState(true);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger asChild>{trigger}</PopoverTrigger>
      <PopoverContent align="end" aria-label="Filter">
        <FilterForm client={client} close={() => setOpen(false)} />
      </PopoverContent>
    </Popover>
  );
}

function FilterForm({ client, close }: { client: string; close: () => void }) {
  const filter = useReviewFilter();
  const { data } = useQuery(membersQuery(client));
  const reviewers = (data?.members ?? []).filter((member) => member.role !== "compliance");
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setFilter(
          Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()])),
        );
        close();
      }}
    >
      <div className="grid grid-cols-2 gap-3">
        <Field label="Status">
          {(ids) => (
            <Select {...ids} name="status" defaultValue={filter.status}>
              <option value="pending_review">Waiting</option>
              {Object.entries(statuses).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Order">
          {(ids) => (
            <Select {...ids} name="sort" defaultValue={filter.sort ?? ""}>
              <option value="">Newest</option>
              <option value="oldest">Oldest</option>
            </Select>
          )}
        </Field>
      </div>
      {texts.map(([name, label, placeholder]) => (
        <Field key={name} label={label}>
          {(ids) => <Input {...ids} name={name} defaultValue={filter[name] ?? ""} placeholder={placeholder} autoComplete="off" />}
        </Field>
      ))}
      <div className="grid grid-cols-2 gap-3">
        <Field label="Amount from">
          {(ids) => <Input {...ids} name="amount_min" inputMode="decimal" defaultValue={filter.amount_min ?? ""} />}
        </Field>
        <Field label="Amount to">
          {(ids) => <Input {...ids} name="amount_max" inputMode="decimal" defaultValue={filter.amount_max ?? ""} />}
        </Field>
        <Field label="Assigned to">
          {(ids) => (
            <Select {...ids} name="assignee" defaultValue={filter.assignee ?? ""}>
              <option value="">Anybody</option>
              <option value="me">Me</option>
              <option value="none">Nobody</option>
              {reviewers.map((member) => (
                <option key={member.user_id} value={member.email.toLowerCase()}>
                  {member.email}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Waits longer than">
          {(ids) => (
            <Select {...ids} name="older_than" defaultValue={filter.older_than ?? ""}>
              <option value="">Any time</option>
              {Object.entries(ages).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <div className="flex justify-end">
        <Button type="submit">Show cases</Button>
      </div>
    </form>
  );
}
