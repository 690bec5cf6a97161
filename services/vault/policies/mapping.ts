import { jsonObject } from "@ledgix/contract/json";
import { toolName as toolNameSchema } from "@ledgix/contract/names";
import { ProblemError } from "@ledgix/contract/problem";
import { type ConfirmedMapping, type ToolMapping, toolMapping } from "@ledgix/contract/tool";
import { isCurrency } from "@ledgix/rules/rule";
import type { Database, Queryable } from "@ledgix/tenancy/database";
import { z } from "zod";
import { audit } from "../access/audit.ts";
import { type Principal, principalLabel } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { parseWith } from "../http/body.ts";
import type { IfMatch } from "../http/if-match.ts";
import { propose } from "../proposals/propose.ts";
import { saveDocument } from "../settings/save.ts";
import { readVersion, type SettingsDocument } from "../settings/version.ts";
import { assertKeepsCases } from "./keep-cases.ts";
import { assertMember } from "./put-in-force.ts";

/** The name of a tool's document begins with it. */
export const MAPPING_DOCUMENT = "mapping:";

const mappingRow = z.object({ mapping: jsonObject, confirmed_at: z.date(), confirmed_by: z.string() });
const findMapping = (database: Queryable, toolName: string) =>
  database.row(mappingRow, "select mapping, confirmed_at, confirmed_by from tool_mappings where tool_name = $1", [toolName]);

const documentOf = (toolName: string): SettingsDocument => ({
  name: MAPPING_DOCUMENT + toolName,
  schema: toolMapping,
  async stored(database) {
    const row = await findMapping(database, toolName);
    return { content: row?.mapping ?? {}, changed_by: row?.confirmed_by ?? null, changed_at: row?.confirmed_at ?? null };
  },
});

/** What was confirmed of a tool's arguments; nothing, under a version too, where nobody did. */
export async function readMapping(database: Queryable, toolName: string): Promise<ConfirmedMapping> {
  const version = await readVersion(database, documentOf(toolName));
  const row = await findMapping(database, toolName);
  return {
    tool_name: toolName,
    mapping: row && toolMapping.parse(row.mapping),
    version,
    confirmed_at: row?.confirmed_at.toISOString() ?? null,
    confirmed_by: row?.confirmed_by ?? null,
  };
}

/**
 * Confirms what the arguments of a tool mean: from now on rules go by it. From a key it is a proposal, that a member confirms.
 *
 * @throws {ProblemError} `invalid_body` · `cases_failed` · `settings_changed`
 */
export async function confirmMapping(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  toolName: string,
  mapping: ToolMapping,
  ifMatch: IfMatch,
): Promise<ConfirmedMapping> {
  parseWith(z.object({ tool_name: toolNameSchema }), { tool_name: toolName }, "invalid_body");
  const code = mapping.amount && "code" in mapping.amount.currency ? mapping.amount.currency.code : null;
  if (code !== null && !isCurrency(code))
    throw new ProblemError("invalid_body", `${code} is no currency. Use its code, such as USD.`);
  if (principal.kind === "key") {
    await propose(deps, database, principal, { kind: "mapping", subject: toolName, value: mapping });
    return readMapping(database, toolName);
  }
  const unmoved = await assertKeepsCases(deps, principal.clientId, { mapping: { tool_name: toolName, mapping } });
  const write = async (transaction: Queryable) => {
    await unmoved(transaction);
    await transaction.run(
      `insert into tool_mappings (tool_name, mapping, confirmed_by) values ($1, $2::json, $3)
       on conflict (tool_name) do update set mapping = excluded.mapping, confirmed_by = excluded.confirmed_by, confirmed_at = now()`,
      [toolName, JSON.stringify(mapping), principalLabel(principal)],
    );
    // The control plane holds no tool arguments: the unit, not the names.
    await audit(deps, principal, "tool.mapping_confirmed", toolName, { acts: mapping.acts, unit: mapping.amount?.unit ?? null });
  };
  return saveMapping(database, principal, toolName, ifMatch, write);
}

/**
 * Forgets a mapping: rules over the amount pause again.
 *
 * @throws {ProblemError} `member_required` · `not_found` · `cases_failed` · `settings_changed`
 */
export async function removeMapping(
  deps: VaultDependencies,
  database: Database,
  principal: Principal,
  toolName: string,
  ifMatch: IfMatch,
): Promise<ConfirmedMapping> {
  assertMember(principal, "forget a mapping");
  const unmoved = await assertKeepsCases(deps, principal.clientId, { mapping: { tool_name: toolName, mapping: null } });
  const write = async (transaction: Queryable) => {
    await unmoved(transaction);
    const removed = await transaction.run("delete from tool_mappings where tool_name = $1", [toolName]);
    if (removed === 0) throw new ProblemError("not_found", "This tool has no mapping.");
    await audit(deps, principal, "tool.mapping_removed", toolName, {});
  };
  return saveMapping(database, principal, toolName, ifMatch, write);
}

function saveMapping(
  database: Database,
  principal: Principal,
  toolName: string,
  ifMatch: IfMatch,
  write: (transaction: Queryable) => Promise<void>,
): Promise<ConfirmedMapping> {
  const read = (transaction: Queryable) => readMapping(transaction, toolName);
  return saveDocument(database, documentOf(toolName), { ifMatch, by: principalLabel(principal), read, write });
}
