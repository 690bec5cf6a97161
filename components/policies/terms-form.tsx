"use client";

import type { PolicyTerms } from "@ledgix/contract/policy";
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { saveTerms } from "@/lib/policies/actions";
import { termsQuery } from "@/lib/vault/policy-queries";
import { usePolicyAction } from "./use-policy-action";

/** The tenant's own words: what "a card that was not charged" means in arguments, so that rules may say it. */
export function TermsForm({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(termsQuery(client));
  if (error) return <ErrorState message={error.message} retry={() => void refetch()} />;
  return (
    <Panel className="flex flex-col gap-3 p-4">
      <div>
        <h2 className="font-semibold">Terms</h2>
        <p className="text-muted">
          Your own words for rules: “Never refund to a card that was not charged” is understood once you say what that means.
        </p>
      </div>
      {data === undefined ? (
        <SkeletonRows label="Reading terms" rows={2} />
      ) : (
        // Saved terms come back in their own form, so the fields begin anew with them.
        <Terms key={JSON.stringify(data.terms)} client={client} terms={data.terms} mayWrite={mayWrite} />
      )}
    </Panel>
  );
}

function Terms({ client, terms, mayWrite }: { client: string; terms: PolicyTerms["terms"]; mayWrite: boolean }) {
  const [rows, setRows] = useState(() => terms.map(({ phrase, meaning }) => ({ id: phrase, phrase, meaning })));
  const { run, isPending } = usePolicyAction(client);
  const change = (id: string, update: { phrase?: string; meaning?: string }) =>
    setRows((before) => before.map((row) => (row.id === id ? { ...row, ...update } : row)));
  const filled = rows.filter(({ phrase, meaning }) => phrase.trim() !== "" || meaning.trim() !== "");
  const isChanged =
    JSON.stringify(filled.map(({ phrase, meaning }) => [phrase, meaning])) !==
    JSON.stringify(terms.map(({ phrase, meaning }) => [phrase, meaning]));
  if (!mayWrite) {
    return (
      <dl className="flex flex-col gap-1">
        {terms.map(({ phrase, meaning }) => (
          <div key={phrase}>
            <dt className="inline font-semibold">{phrase}</dt> <dd className="inline">means {meaning}</dd>
          </div>
        ))}
      </dl>
    );
  }
  return (
    <Form
      submit={isPending ? "Saving…" : "Save terms"}
      isPending={isPending || !isChanged}
      onSubmit={() =>
        run(
          () =>
            saveTerms(
              client,
              filled.map(({ phrase, meaning }) => ({ phrase, meaning })),
            ),
          "The terms are saved.",
        )
      }
    >
      <ul className="flex flex-col gap-2">
        {rows.map(({ id, phrase, meaning }, i) => (
          <li key={id} className="grid grid-cols-[1fr_auto] items-center gap-2 sm:grid-cols-[2fr_auto_3fr_auto]">
            <Input
              aria-label={`Term ${i + 1}`}
              value={phrase}
              placeholder="a card that was not charged"
              onChange={(event) => change(id, { phrase: event.target.value })}
            />
            <span className="text-muted">means</span>
            <Input
              aria-label={`Meaning ${i + 1}`}
              value={meaning}
              placeholder="card_charged is false"
              onChange={(event) => change(id, { meaning: event.target.value })}
            />
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove term ${i + 1}`}
              onClick={() => setRows((before) => before.filter((row) => row.id !== id))}
            >
              <X />
            </Button>
          </li>
        ))}
      </ul>
      <div>
        <Button
          variant="secondary"
          size="sm"
          onClick={() => setRows((before) => [...before, { id: crypto.randomUUID(), phrase: "", meaning: "" }])}
        >
          <Plus /> Add term
        </Button>
      </div>
    </Form>
  );
}
