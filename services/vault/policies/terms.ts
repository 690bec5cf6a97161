import { type PolicyTerms, termPhrase, termsUpdate } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { parseConditions, type Terms } from "@ledgix/rules/parse";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import type { IfMatch } from "../http/if-match.ts";
import { propose } from "../proposals/propose.ts";
import { saveDocument } from "../settings/save.ts";
import { readVersion, type SettingsDocument } from "../settings/version.ts";
import { assertKeepsCases } from "./keep-cases.ts";

const termRow = z.object({ phrase: z.string(), meaning: z.string(), updated_by: z.string(), updated_at: z.date() });
const document: SettingsDocument = {
  name: "terms",
  schema: termsUpdate,
  async stored(database) {
    const rows = await database.rows(
      termRow,
      'select phrase, meaning, updated_by, updated_at from policy_terms order by phrase collate "C"',
    );
    return {
      content: { terms: rows.map(({ phrase, meaning }) => ({ phrase, meaning })) },
      changed_by: rows[0]?.updated_by ?? null, // they are written together
      changed_at: rows[0]?.updated_at ?? null,
    };
  },
};

/** The tenant's own words, as the language of rules takes them. */
export async function readTermMap(database: Queryable): Promise<Terms> {
  const rows = await database.rows(
    z.object({ phrase: z.string(), meaning: z.string() }),
    "select phrase, meaning from policy_terms",
  );
  return Object.fromEntries(rows.map(({ phrase, meaning }) => [phrase, meaning]));
}

export async function readTerms(database: Queryable): Promise<PolicyTerms> {
  const version = await readVersion(database, document);
  const terms = await readTermMap(database);
  return { terms: Object.entries(terms).map(([phrase, meaning]) => ({ phrase, meaning, problem: problemOf(meaning) })), version };
}

/**
 * Replaces the tenant's terms. From a key it is a proposal, that a member confirms.
 *
 * @throws {ProblemError} `invalid_body` for a meaning that is not understood, or a phrase given twice · `cases_failed` · `settings_changed`
 */
export async function updateTerms(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  { terms }: z.output<typeof termsUpdate>,
  ifMatch: IfMatch,
): Promise<PolicyTerms> {
  const given = terms.map(({ phrase, meaning }) => ({ phrase: termPhrase(phrase), meaning }));
  const twice = given.find(({ phrase }, i) => given.findIndex((other) => other.phrase === phrase) !== i);
  if (twice) throw new ProblemError("invalid_body", `"${twice.phrase}" is given twice.`);
  for (const { phrase, meaning } of given) {
    const problem = problemOf(meaning);
    if (problem !== null) throw new ProblemError("invalid_body", `The meaning of "${phrase}" is not understood. ${problem}`);
  }
  if (principal.kind === "key") {
    await propose(deps, database, principal, { kind: "terms", value: { terms: given } });
    return readTerms(database);
  }
  const changed = Object.fromEntries(given.map(({ phrase, meaning }) => [phrase, meaning]));
  const unmoved = await assertKeepsCases(deps, principal.clientId, { terms: changed });
  const write = async (transaction: Queryable) => {
    await unmoved(transaction);
    await transaction.run("delete from policy_terms");
    for (const { phrase, meaning } of given)
      await transaction.run("insert into policy_terms (phrase, meaning, updated_by) values ($1, $2, $3)", [
        phrase,
        meaning,
        principalLabel(principal),
      ]);
    // The control plane holds no policy text: how many, not which.
    await audit(deps, principal, "policy.terms_changed", "policy-terms", { terms: given.length });
  };
  return saveDocument(database, document, { ifMatch, by: principalLabel(principal), read: readTerms, write });
}

function problemOf(meaning: string): string | null {
  const parsed = parseConditions(meaning);
  return "problem" in parsed ? parsed.problem : null;
}
