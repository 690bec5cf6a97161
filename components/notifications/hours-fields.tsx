"use client";

import type { Hours } from "@ledgix/contract/notifications";
import { Input } from "@/components/ui/input";
import { dayNames } from "./describe-route";

/** Days and times of the week. */
export function HoursFields({ label, hours, onChange }: { label: string; hours: Hours; onChange: (hours: Hours) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {dayNames.map((name, place) => {
          const day = place + 1;
          const isOn = hours.days.includes(day);
          return (
            <label key={name} className="flex items-center gap-1.5">
              <input
                type="checkbox"
                className="accent-(--accent)"
                checked={isOn}
                disabled={isOn && hours.days.length === 1}
                onChange={() =>
                  onChange({ ...hours, days: isOn ? hours.days.filter((each) => each !== day) : [...hours.days, day].toSorted() })
                }
              />
              {name}
            </label>
          );
        })}
      </div>
      <div className="flex items-center gap-2">
        <Input
          type="time"
          aria-label={`${label}: from`}
          className="w-28"
          value={hours.from}
          onChange={(event) => event.target.value && onChange({ ...hours, from: event.target.value })}
        />
        to
        <Input
          type="time"
          aria-label={`${label}: to`}
          className="w-28"
          value={hours.to}
          onChange={(event) => event.target.value && onChange({ ...hours, to: event.target.value })}
        />
      </div>
    </fieldset>
  );
}
