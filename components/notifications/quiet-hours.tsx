"use client";

import type { Hours, NotificationSettings, NotificationSettingsUpdate } from "@ledgix/contract/notifications";
import { useState } from "react";
import { useHeld } from "@/components/settings/use-held";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Select } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { HoursFields } from "./hours-fields";

const nights: Hours = { days: [1, 2, 3, 4, 5, 6, 7], from: "20:00", to: "07:00" };

type Props = {
  settings: NotificationSettings;
  isPending: boolean;
  mayWrite: boolean;
  onSave: (base: NotificationSettings, update: NotificationSettingsUpdate, onSettled: () => void) => void;
};

export function QuietHours({ settings: read, isPending, mayWrite, onSave }: Props) {
  const [typed, setTyped] = useState<Pick<NotificationSettings, "quiet_hours" | "time_zone"> | null>(null);
  const settings = useHeld(read, typed !== null);
  const { quiet_hours: quiet, time_zone: zone } = typed ?? settings;
  const setQuiet = (quiet_hours: Hours | null) => setTyped({ quiet_hours, time_zone: zone });
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([zone, own, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  const isChanged = JSON.stringify(quiet) !== JSON.stringify(settings.quiet_hours) || zone !== settings.time_zone;
  return (
    <Panel className="p-5">
      <Form
        submit="Save hours"
        isPending={isPending || !mayWrite || !isChanged}
        onSubmit={() => onSave(settings, { quiet_hours: quiet, time_zone: zone }, () => setTyped(null))}
      >
        <h2 className="font-semibold">Clock and quiet hours</h2>
        <Field label="Time zone" hint="Hours of routes, quiet hours and daily digests (08:00) go by it.">
          {(ids) => (
            <Select
              {...ids}
              className="max-w-80"
              value={zone}
              disabled={!mayWrite}
              onChange={(event) => setTyped({ quiet_hours: quiet, time_zone: event.target.value })}
              suppressHydrationWarning
            >
              {zones.map((name) => (
                <option key={name} suppressHydrationWarning>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <label className="flex items-start gap-2">
          <input
            type="checkbox"
            className="mt-1 accent-(--accent)"
            checked={quiet !== null}
            disabled={!mayWrite}
            onChange={(event) => setQuiet(event.target.checked ? nights : null)}
          />
          <span>
            Quiet hours
            <span className="block text-muted">What is not critical waits until they are over. Nothing is lost.</span>
          </span>
        </label>
        {quiet && <HoursFields label="Quiet" hours={quiet} onChange={setQuiet} />}
      </Form>
    </Panel>
  );
}
