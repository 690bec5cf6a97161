import { hashCanonicalJson, hashIntent, hashToolArgs } from "@ledgix/contract/canonical-json";
import { type MintAnswer, type MintRequest, mintAnswer } from "@ledgix/contract/clearance";
import { DEFAULT_MINIMUM_CONFIDENCE } from "@ledgix/contract/confidence";
import type { JsonValue } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import type { Queryable } from "@ledgix/tenancy/database";
import type { TenantDatabase } from "@ledgix/tenancy/tenant-database";
import { z } from "zod";
import { type IdempotentCall, onceFor } from "../access/idempotency.ts";
import { type Principal, principalId, principalLabel } from "../access/principal.ts";
import { REQUEST_COLUMNS, type StoredRequest, storedRequest } from "../clearance/stored-request.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { appendEvent } from "../ledger/append.ts";
import { minimumConfidenceSql } from "../settings/review.ts";
import { issueToken } from "./issue.ts";

const REASON = "An identical action was approved before, and nothing that its approval rests on has changed.";

/**
 * `POST /mint-token`: a new token for an action that is identical to one which was approved a short while ago, without asking the judge
 * again. It is a request of its own: a new id, a new `jti`, an event of its own.
 *
 * @throws {ProblemError} `mint_*`, each 403: then the caller asks for clearance
 */
export async function mintToken(
  deps: VaultDependencies,
  database: TenantDatabase,
  principal: Principal,
  request: MintRequest,
  call: IdempotentCall,
): Promise<MintAnswer> {
  return database.transaction((transaction) =>
    onceFor(transaction, call, mintAnswer, async () => {
      const original = await transaction.row(
        storedRequest,
        `select ${REQUEST_COLUMNS} from clearance_requests where request_id = $1 and principal = $2`,
        [request.original_request_id, principalId(principal)],
      );
      await assertMintable(deps, transaction, original, request);
      const minted = await transaction.row(
        storedRequest,
        `insert into clearance_requests (request_id, status, principal, principal_label, body_hash, tool_name, tool_args, tool_args_hash,
           intent_hash, agent_id, session_id, context, human_principal, parent_jti, destination_uri, destination_provider,
           destination_account_ref, purpose, processing_register_ref, dataset_ref, data_categories, amount, currency, reason, reason_code,
           confidence, confidence_basis, minimum_confidence_score, policy_id, policy_version_id, policy_content_hash, citations,
           decided_at, token_issued_at)
         select $2, 'approved', principal, $3, '', tool_name, $4::json, $5, $6, agent_id, $7, context, human_principal, request_id::text,
           destination_uri, destination_provider, destination_account_ref, purpose, processing_register_ref, dataset_ref, data_categories,
           amount, currency, $8, 'minted', confidence, confidence_basis, minimum_confidence_score, policy_id, policy_version_id,
           policy_content_hash, citations, clock_timestamp(), $9
         from clearance_requests where request_id = $1 returning ${REQUEST_COLUMNS}`,
        [
          request.original_request_id,
          crypto.randomUUID(),
          principalLabel(principal),
          JSON.stringify(request.tool_args),
          hashToolArgs(request.tool_args),
          hashIntent(request),
          request.session_id,
          REASON,
          Math.floor(deps.now().getTime() / 1000),
        ],
      );
      if (minted === null) throw new ProblemError("internal_error", "The token could not be minted. Try again.");
      const token = await issueToken(deps, minted, minted.token_issued_at ?? 0);
      await appendEvent(transaction, deps, {
        type: "token.minted",
        request: minted,
        decisionStatus: "approved",
        reason: REASON,
        actor: principalLabel(principal),
        channel: "api",
      });
      return { token, request_id: minted.request_id, reason: REASON };
    }),
  );
}

/** An approval stands for another action only while everything that it rests on is as it was. */
async function assertMintable(
  { config, now }: VaultDependencies,
  transaction: Queryable,
  original: StoredRequest | null,
  request: MintRequest,
): Promise<void> {
  if (original === null) throw refused("mint_unknown", "There is no request of yours with this original_request_id.");
  const { decided_at } = original;
  if (original.status !== "approved" || decided_at === null) {
    throw refused("mint_not_approved", "The original request is not approved.");
  }
  if (original.decided_by !== null) {
    throw refused("mint_human_approved", "A person approved the original: that was one approval of one action.");
  }
  if (original.reason_code === "minted") {
    throw refused("mint_not_approved", "The original was minted itself. Name the request that the policy approved.");
  }
  if (now().getTime() - decided_at.getTime() > config.VAULT_MINT_TTL * 1000) {
    throw refused("mint_expired", `The original was approved more than ${config.VAULT_MINT_TTL} s ago.`);
  }
  const differing = differences(original, request);
  if (differing.length > 0) throw refused("mint_mismatch", `The original differs in ${differing.join(", ")}.`);
  const basis = await transaction.row(
    z.object({ is_current: z.boolean(), is_counted: z.boolean(), minimum: z.number().nullable() }),
    `select
       exists (select from policies_in_force where policy_version_id = $1::uuid)
         and not exists (select from policy_versions where effective_from between $2 and now() or effective_until between $2 and now())
         and not exists (select from policy_terms where updated_at >= $2)
         and not exists (select from tool_mappings where tool_name = $4 and confirmed_at >= $2) as is_current,
       exists (select from rule_uses where request_id = $3) as is_counted,
       (${minimumConfidenceSql("$4")}) as minimum`,
    [original.policy_version_id, decided_at, original.request_id, original.tool_name],
  );
  if (!basis?.is_current) throw refused("mint_policy_changed", "The policies have changed since the original was approved.");
  if (basis.is_counted) throw refused("mint_counted", "A rule counts these requests, so each one must be asked for.");
  if (original.confidence < (basis.minimum ?? DEFAULT_MINIMUM_CONFIDENCE)) {
    throw refused("mint_below_threshold", "The threshold has been raised above the original's confidence.");
  }
}

const refused = (code: Extract<ConstructorParameters<typeof ProblemError>[0], `mint_${string}`>, why: string) =>
  new ProblemError(code, `${why} Ask for clearance.`);

function differences(original: StoredRequest, request: MintRequest): string[] {
  const isSame: Record<string, boolean> = {
    tool_name: original.tool_name === request.tool_name,
    agent_id: original.agent_id === request.agent_id,
    tool_args: hashCanonicalJson(inSnakeCase(original.tool_args)) === hashCanonicalJson(inSnakeCase(request.tool_args)),
    // "" stands for "the original's" there, in what clients send.
    policy_id: !request.policy_id || request.policy_id === original.policy_id,
    policy_version_id: !request.policy_version_id || request.policy_version_id === original.policy_version_id,
    policy_content_hash: !request.policy_content_hash || request.policy_content_hash === original.policy_content_hash,
    human_principal: (request.human_principal ?? original.human_principal) === original.human_principal,
    destination_uri: (request.destination_uri ?? original.destination_uri) === original.destination_uri,
    purpose: (request.purpose ?? original.purpose) === original.purpose,
  };
  return Object.keys(isSame).filter((field) => !isSame[field]);
}

/** One client generation rewrites every key of `tool_args` before it asks for clearance, and not before minting. */
function inSnakeCase(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key
        .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
        .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
        .toLowerCase(),
      inSnakeCase(inner),
    ]),
  );
}
