import type { RegisterPolicyRequest } from "@ledgix/contract/policy";
import { parseRule } from "@ledgix/rules/parse";
import { authorOf, type Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { assertCasesPass } from "./activate.ts";
import { indexPolicyVersions } from "./index-versions.ts";
import { keptAsDraft, mayPutInForce } from "./put-in-force.ts";
import { type NewPolicyVersion, storePolicyVersion } from "./store.ts";

/**
 * `POST /register-policy`: rules as sentences. A key's are kept as a draft, for a member to put in force. A sentence that is not understood is kept as text; calls under the policy then pause instead
 * of being approved, and the message says so.
 */
export async function registerPolicy(deps: VaultDependencies, principal: Principal, policy: RegisterPolicyRequest) {
  const database = await deps.tenants.database(principal.clientId);
  const written: Omit<NewPolicyVersion, "isDraft"> = {
    policyId: policy.policy_id,
    title: titleOf(policy),
    description: policy.description,
    source: "register",
    mediaType: "text/plain",
    content: [policy.description, ...policy.rules].filter(Boolean).join("\n\n"),
    tools: policy.tools,
    rules: policy.rules,
    author: authorOf(principal),
  };
  // A draft first: one that fails a test case of the policy stays one. The same content again puts it in force.
  const isForMembers = !(await mayPutInForce(database, principal));
  const draft = await storePolicyVersion(database, { ...written, isDraft: true, isForMembers });
  const message = isForMembers
    ? keptAsDraft(deps, principal.clientId, { policyId: policy.policy_id, ...draft })
    : await putInForce(deps, principal.clientId, written, draft.policyVersionId);
  void indexPolicyVersions(deps, principal.clientId).catch((error) => deps.log.error("policy.not_indexed", error));
  const unread = describeUnread(policy);
  return {
    policy_id: policy.policy_id,
    status: "registered" as const,
    message: unread === null ? message : `${message} ${unread}`,
  };
}

async function putInForce(
  deps: VaultDependencies,
  clientId: string,
  written: Omit<NewPolicyVersion, "isDraft">,
  draftId: string,
): Promise<string> {
  const unmoved = await assertCasesPass(deps, clientId, written.policyId, draftId);
  const { version } = await storePolicyVersion(await deps.tenants.database(clientId), { ...written, isDraft: false }, unmoved);
  return `Version ${version} is in force.`;
}

/** Registered policies have no name of their own: a short description serves as one. */
function titleOf({ policy_id, description }: RegisterPolicyRequest): string {
  return description.length > 0 && description.length <= 60 ? description : policy_id;
}

/** What follows of the sentences that are not understood; null where all are. */
function describeUnread({ rules, tools }: RegisterPolicyRequest): string | null {
  const unread = rules.flatMap((rule, i) => {
    const parsed = parseRule(rule);
    return parsed.ok ? [] : [`rule ${i + 1}: ${parsed.problem}`];
  });
  if (unread.length === 0) return null;
  const share = `${unread.length} of ${rules.length} rules ${unread.length === 1 ? "is" : "are"} not understood`;
  const waiting =
    tools.length > 0
      ? "calls under this policy pause instead of being approved"
      : "calls of tools that no other policy covers wait for a person";
  return `${share}, so ${waiting}. ${unread.join(" ")}`;
}
