import type { PolicyDocument } from "@ledgix/contract/policy";

/** Where this version is tried, with a call of one of its tools. */
export function tryPath(client: string, policy: Pick<PolicyDocument, "policy_id" | "policy_version_id" | "tools">): string {
  const [tool] = policy.tools;
  const query = new URLSearchParams({ policy: policy.policy_id, version: policy.policy_version_id, ...(tool && { tool }) });
  return `/${client}/policies/try?${query}`;
}
