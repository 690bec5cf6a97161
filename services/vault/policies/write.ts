import type { PolicyDocument, WritePolicyRequest } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import { readCedar } from "@ledgix/rules/validate";
import { z } from "zod";
import { authorOf, type Principal } from "../access/principal.ts";
import type { VaultDependencies } from "../dependencies.ts";
import { indexPolicyVersions } from "./index-versions.ts";
import { readPolicy } from "./list.ts";
import { storePolicyVersion } from "./store.ts";

/** `POST /policies`: a version as it was written in the editor, kept as a draft. @throws {ProblemError} `invalid_body` */
export async function writePolicy(
  deps: VaultDependencies,
  principal: Principal,
  { policy_id, content, ...policy }: WritePolicyRequest,
): Promise<PolicyDocument> {
  const cedar = readCedar(policy.cedar);
  if (!cedar.ok) throw new ProblemError("invalid_body", `cedar: ${cedar.problem}`);
  const database = await deps.tenants.database(principal.clientId);
  // Pages and origin go on with a text that did not change.
  const before = await database.row(
    z.object({
      content: z.string(),
      pages: z.array(z.number()),
      origin: z.unknown(),
      source: z.enum(["upload", "register", "editor", "confluence"]),
    }),
    "select content, pages, origin, source from policy_versions where policy_id = $1 order by version desc limit 1",
    [policy_id],
  );
  const isSameText = before !== null && before.content === content && before.source !== "register";
  const origin = z.object({ file_name: z.string(), sha256: z.string(), bytes: z.number() }).safeParse(before?.origin);
  const { policyVersionId } = await storePolicyVersion(database, {
    ...policy,
    policyId: policy_id,
    content,
    source: isSameText ? before.source : "editor",
    mediaType: "text/markdown",
    pages: isSameText ? before.pages : [],
    ...(isSameText && origin.success && { origin: origin.data }),
    author: authorOf(principal),
    isDraft: true,
    isForMembers: principal.kind === "key",
  });
  void indexPolicyVersions(deps, principal.clientId).catch((error) => deps.log.error("policy.not_indexed", error));
  return readPolicy(database, policy_id, policyVersionId);
}
