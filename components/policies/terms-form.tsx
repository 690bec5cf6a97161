"use client";

import type { JsonObject } from "@ledgix/contract/json";
import { type PolicyTerms, termPhrase, termsUpdate } from "@ledgix/contract/policy";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import { describeDifferences } from "@/components/proposals/describe-differences";
import { Proposals } from "@/components/proposals/proposals";
import { useHeld } from "@/components/settings/use-held";
import { useSettings } from "@/components/settings/use-settings";
import { Button } from "@/components/ui/button";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { saveTerms } from "@/lib/policies/actions";
import { termsQuery } from "@/lib/vault/policy-queries";
import { refreshPolicies } from "./use-policy-action";

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
      {data && (
        <Proposals
          client={client}
          kinds={["terms"]}
          mayWrite={mayWrite}
          linesOf={({ value }) => describeTerms(data.terms, value)}
          versionOf={() => data.version}
        />
      )}
      {data === undefined ? (
        <SkeletonRows label="Reading terms" rows={2} />
      ) : (
        <Terms client={client} read={data} mayWrite={mayWrite} />
      )}
    </Panel>
  );
}

/** What proposed terms would change, without the notes on what is wrong with the present ones. */
function describeTerms(terms: PolicyTerms["terms"], value: JsonObject): string[] {
  const meanings = new Map(termsUpdate.safeParse(value).data?.terms.map(({ phrase, meaning }) => [phrase, meaning]));
  const lines = describeDifferences({ terms: terms.map(({ phrase, meaning }) => ({ phrase, meaning })) }, value);
  return [...lines, ...[...meanings].map(([phrase, meaning]) => `“${phrase}” would mean ${meaning}`)];
}

type Row = { id: string; phrase: string; meaning: string };
const termsOf = (rows: { phrase: string; meaning: string }[]) => rows.map(({ phrase, meaning }) => ({ phrase, meaning }));

function Terms({ client, read, mayWrite }: { client: string; read: PolicyTerms; mayWrite: boolean }) {
  const [typed, setTyped] = useState<Row[] | null>(null);
  const base = useHeld(read, typed !== null);
  const rows = typed ?? base.terms.map((term) => ({ id: term.phrase, ...term }));
  const queries = useQueryClient();
  const show = (terms: PolicyTerms) => queries.setQueryData(termsQuery(client).queryKey, terms) ?? terms;
  const { save, isPending, dialog } = useSettings({
    content: ({ terms }: PolicyTerms) => ({ terms: termsOf(terms) }),
    send: ({ terms }: z.output<typeof termsUpdate>, version) => saveTerms(client, terms, version),
    onSaved: (terms) => {
      void refreshPolicies(queries, client);
      return show(terms);
    },
    onRead: show,
  });
  const change = (id: string, update: { phrase?: string; meaning?: string }) =>
    setTyped(rows.map((row) => (row.id === id ? { ...row, ...update } : row)));
  const filled = termsOf(rows.filter(({ phrase, meaning }) => phrase.trim() !== "" || meaning.trim() !== ""));
  const isChanged = JSON.stringify(filled) !== JSON.stringify(termsOf(base.terms));
  if (!mayWrite) {
    return (
      <dl className="flex flex-col gap-1">
        {base.terms.map(({ phrase, meaning }) => (
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
      onSubmit={() => {
        const terms = filled.map(({ phrase, meaning }) => ({ phrase: termPhrase(phrase), meaning: meaning.trim() }));
        save({ base, update: { terms }, done: "The terms are saved.", isTyped: true, onSettled: () => setTyped(null) });
      }}
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
              onClick={() => setTyped(rows.filter((row) => row.id !== id))}
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
          onClick={() => setTyped([...rows, { id: crypto.randomUUID(), phrase: "", meaning: "" }])}
        >
          <Plus /> Add term
        </Button>
      </div>
      {dialog}
    </Form>
  );
}
