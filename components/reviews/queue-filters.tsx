"use client";

import { ListFilter, X } from "lucide-react";
import { lazy } from "react";
import { Button } from "@/components/ui/button";
import { OpensOnPress } from "@/components/ui/opens-on-press";
import { ages, chosenFilters, type FilterName, setFilter, statuses, useReviewFilter } from "./review-filter";

const readPopover = () => import("./filter-form").then((module) => ({ default: module.FilterPopover }));
const FilterPopover = lazy(readPopover);

/** What each chip says. */
function chipLabel(name: FilterName, value: string): string {
  if (name === "status") return statuses[value as keyof typeof statuses] ?? value;
  if (name === "assignee") return value === "me" ? "Mine" : value === "none" ? "Nobody's" : `Of ${value}`;
  if (name === "older_than") return `Older than ${ages[value as keyof typeof ages] ?? `${value} s`}`;
  if (name === "amount_min") return `From ${value}`;
  if (name === "amount_max") return `Up to ${value}`;
  if (name === "sort") return value === "oldest" ? "Oldest first" : "Newest first";
  if (name === "principal") return `By ${value}`;
  return value;
}

/** The button to the filters; what is chosen stands in chips below it. */
export function QueueFilters({ client }: { client: string }) {
  const chosen = chosenFilters(useReviewFilter()).length;
  const trigger = (
    <Button variant="secondary" size="md" aria-label={chosen === 0 ? "Filter" : `Filter, ${chosen} chosen`}>
      <ListFilter /> {chosen > 0 && chosen}
    </Button>
  );
  return (
    <OpensOnPress trigger={trigger} popup="dialog" preload={readPopover}>
      {(button) => <FilterPopover client={client} trigger={button} />}
    </OpensOnPress>
  );
}

/** What the queue is narrowed by, each part with its way out. */
export function FilterChips() {
  const chosen = chosenFilters(useReviewFilter());
  if (chosen.length === 0) return null;
  return (
    <ul aria-label="Chosen filters" className="flex flex-wrap gap-1.5">
      {chosen.map(([name, value]) => (
        <li key={name}>
          <button
            type="button"
            aria-label={`Take away the filter ${chipLabel(name, value)}`}
            onClick={() => setFilter({ [name]: "" })}
            className="flex h-6 max-w-48 items-center gap-1 rounded-full bg-accent-soft pr-1.5 pl-2.5 text-xs text-accent hover:bg-ink/10"
          >
            <span className="truncate">{chipLabel(name, value)}</span>
            <X className="size-3 shrink-0" aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}
