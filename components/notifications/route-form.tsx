"use client";

import { environments } from "@ledgix/contract/environment";
import {
  cadences,
  type NotificationEvent,
  type NotificationRoute,
  type NotificationSettings,
  notificationEvents,
  notificationRoute,
  severities,
} from "@ledgix/contract/notifications";
import { roles } from "@ledgix/contract/permissions";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Field } from "@/components/ui/field";
import { Form, FormGroup } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { settingsQuery } from "@/lib/vault/queries";
import { HoursFields } from "./hours-fields";
import { RouteTrial } from "./route-trial";
import { SlackTargets } from "./slack-targets";

const eventNames = Object.keys(notificationEvents) as NotificationEvent[]; // the keys of a literal
const delays = [
  ["", "At once"],
  ["300", "If it still waits after 5 minutes"],
  ["900", "If it still waits after 15 minutes"],
  ["3600", "If it still waits after 1 hour"],
  ["14400", "If it still waits after 4 hours"],
] as const;
const cadenceLabels = { at_once: "Each by itself", hourly: "Gathered, every hour", daily: "Gathered, every morning" };
const workingHours = { days: [1, 2, 3, 4, 5], from: "08:00", to: "18:00" };
const listOf = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

type Props = {
  client: string;
  initial: NotificationRoute;
  channels: NotificationSettings["channels"];
  isPending: boolean;
  onSave: (route: NotificationRoute) => void;
};

export function RouteForm({ client, initial, channels, isPending, onSave }: Props) {
  const [route, setRoute] = useState(initial);
  const [tools, setTools] = useState(initial.when.tools.join(", "));
  const [emails, setEmails] = useState(initial.to.emails.join(", "));
  const [error, setError] = useState<string | null>(null);
  const { data: settings } = useQuery(settingsQuery(client));
  const change = (part: Partial<NotificationRoute>) => setRoute((before) => ({ ...before, ...part }));
  const changeWhen = (part: Partial<NotificationRoute["when"]>) => change({ when: { ...route.when, ...part } });
  const changeTo = (part: Partial<NotificationRoute["to"]>) => change({ to: { ...route.to, ...part } });
  const parse = () => {
    const whole = { ...route, when: { ...route.when, tools: listOf(tools) }, to: { ...route.to, emails: listOf(emails) } };
    const parsed = notificationRoute.safeParse(whole);
    const [issue] = parsed.error?.issues ?? [];
    if (issue) setError(issue.path[0] === "name" ? "Give the route a name." : `${sentenceOf(issue.path)}: ${issue.message}.`);
    else setError(null);
    return parsed.data ?? null;
  };
  return (
    <Form
      submit={isPending ? "Saving…" : "Save route"}
      isPending={isPending}
      error={error}
      onSubmit={() => {
        const parsed = parse();
        if (parsed) onSave(parsed);
      }}
    >
      <Field label="Name">
        {(ids) => (
          <Input
            {...ids}
            value={route.name}
            maxLength={120}
            placeholder="Large refunds"
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <FormGroup legend="When">
        <Ticks
          options={eventNames.map((name) => [name, notificationEvents[name].label])}
          chosen={route.events}
          onChange={(events) => change({ events })}
          columns
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Tools" hint="Commas between, * for any characters. Empty: every event.">
            {(ids) => <Input {...ids} value={tools} placeholder="stripe_*" onChange={(event) => setTools(event.target.value)} />}
          </Field>
          <Field label="At least as grave as">
            {(ids) => (
              <Select
                {...ids}
                value={route.when.minimum_severity}
                onChange={(event) =>
                  changeWhen({ minimum_severity: severities.find((name) => name === event.target.value) ?? "info" })
                }
              >
                {severities.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        {settings && settings.rules.length > 0 && (
          <Labelled label="Only under these review rules">
            <Ticks
              options={settings.rules.map(({ id, name }) => [id, name])}
              chosen={route.when.rules}
              onChange={(rules) => changeWhen({ rules })}
            />
          </Labelled>
        )}
        <Labelled label="Only in these environments">
          <Ticks
            options={environments.map((name) => [name, name])}
            chosen={route.when.environments}
            onChange={(chosen) => changeWhen({ environments: chosen })}
          />
        </Labelled>
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={route.when.hours !== null}
            onChange={(event) => changeWhen({ hours: event.target.checked ? workingHours : null })}
          />
          Only at certain times
        </label>
        {route.when.hours && <HoursFields label="Times" hours={route.when.hours} onChange={(hours) => changeWhen({ hours })} />}
      </FormGroup>
      <FormGroup legend="To">
        <Labelled label="Every member who is">
          <Ticks
            options={roles.map((name) => [name, name])}
            chosen={route.to.roles}
            onChange={(chosen) => changeTo({ roles: chosen })}
          />
        </Labelled>
        <Field label="Addresses" hint="Commas between.">
          {(ids) => (
            <Input {...ids} value={emails} placeholder="risk@example.com" onChange={(event) => setEmails(event.target.value)} />
          )}
        </Field>
        <SlackTargets
          client={client}
          isConnected={channels.slack}
          chosen={route.to.slack}
          onChange={(slack) => changeTo({ slack })}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="E-mail">
            {(ids) => (
              <Select
                {...ids}
                value={route.cadence}
                onChange={(event) => change({ cadence: cadences.find((name) => name === event.target.value) ?? "at_once" })}
              >
                {cadences.map((name) => (
                  <option key={name} value={name}>
                    {cadenceLabels[name]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Wait">
            {(ids) => (
              <Select
                {...ids}
                value={String(route.after ?? "")}
                onChange={(event) => change({ after: event.target.value === "" ? null : Number(event.target.value) })}
              >
                {delays.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      </FormGroup>
      <RouteTrial client={client} parse={parse} />
    </Form>
  );
}

/** "to emails 1" for people who did not write the schema: "Address 2". */
function sentenceOf(path: PropertyKey[]): string {
  if (path[0] === "events") return "Events";
  if (path[0] === "to" && path[1] === "emails") return `Address ${Number(path[2]) + 1}`;
  return path.map(String).join(" ");
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-semibold">{label}</legend>
      {children}
    </fieldset>
  );
}

type TicksProps<Value extends string> = {
  options: readonly (readonly [Value, string])[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
  columns?: boolean;
};

function Ticks<Value extends string>({ options, chosen, onChange, columns = false }: TicksProps<Value>) {
  return (
    <div className={columns ? "grid gap-x-4 gap-y-1.5 sm:grid-cols-2" : "flex flex-wrap gap-x-4 gap-y-1.5"}>
      {options.map(([value, label]) => (
        <label key={value} className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className="accent-(--accent)"
            checked={chosen.includes(value)}
            onChange={(event) => onChange(event.target.checked ? [...chosen, value] : chosen.filter((each) => each !== value))}
          />
          {label}
        </label>
      ))}
    </div>
  );
}
