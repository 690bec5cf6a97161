"use client";

import type { NotificationRoute } from "@ledgix/contract/notifications";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import Link from "next/link";
import { useDeferredValue, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { slackTargetsQuery } from "@/lib/vault/queries";

type Targets = NotificationRoute["to"]["slack"];
type Props = { client: string; isConnected: boolean; chosen: Targets; onChange: (chosen: Targets) => void };

const SHOWN = 6;

/** Channels and people of the connected workspace, found by typing. */
export function SlackTargets({ client, isConnected, chosen, onChange }: Props) {
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim());
  const { data, error } = useQuery({ ...slackTargetsQuery(client, wanted), enabled: isConnected && wanted !== "" });
  const found = (data?.targets ?? []).filter(({ id }) => !chosen.some((each) => each.id === id)).slice(0, SHOWN);
  if (!isConnected) {
    return (
      <p className="text-muted">
        Slack is not connected.{" "}
        <Link href={`/${client}/settings/integrations`} className="text-accent underline underline-offset-2">
          Connect it
        </Link>{" "}
        to tell channels and people there.
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <Field label="Slack channels and people" error={error?.message ?? null}>
        {(ids) => (
          <Input
            {...ids}
            value={words}
            placeholder="Find #refunds or a name"
            autoComplete="off"
            onChange={(event) => setWords(event.target.value)}
            // Enter would send the whole form.
            onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
          />
        )}
      </Field>
      {found.length > 0 && (
        <ul aria-label="Found in Slack" className="flex flex-wrap gap-1.5">
          {found.map(({ id, name }) => (
            <li key={id}>
              <Button
                size="sm"
                variant="secondary"
                onClick={() => {
                  onChange([...chosen, { id, name }]);
                  setWords("");
                }}
              >
                {name}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {wanted !== "" && data && found.length === 0 && <p className="text-muted">No channel and nobody there is called that.</p>}
      {chosen.length > 0 && (
        <ul aria-label="Chosen in Slack" className="flex flex-wrap gap-1.5">
          {chosen.map(({ id, name }) => (
            <li key={id}>
              <button
                type="button"
                aria-label={`Take away ${name}`}
                className="flex h-6 items-center gap-1 rounded-full bg-accent-soft pr-1.5 pl-2.5 text-xs text-accent hover:bg-ink/10"
                onClick={() => onChange(chosen.filter((each) => each.id !== id))}
              >
                {name} <X className="size-3" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
