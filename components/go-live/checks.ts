import type { Environment } from "@ledgix/contract/environment";
import { describeRefusal } from "@ledgix/contract/key-refusal";
import type { NotificationSettings } from "@ledgix/contract/notifications";
import { roleMay } from "@ledgix/contract/permissions";
import type { PolicyVersion, WaitingDraft } from "@ledgix/contract/policy";
import type { Proposal, ProposalKind } from "@ledgix/contract/proposal";
import type { ShownReviewSettings } from "@ledgix/contract/settings";
import type { PolicyCoverage } from "@ledgix/contract/tool";
import type { KeyList } from "@/lib/keys/schema";
import type { MemberList } from "@/lib/members/schema";

export type GoLiveCheck = {
  id: string;
  title: string;
  /** missing: not in place; attention: in place, with something to look at. */
  state: "done" | "attention" | "missing";
  evidence: string[];
  mend: { label: string; path: string };
};

export type GoLiveFacts = {
  now: Date;
  keys: KeyList;
  proposals?: Proposal[];
  policies: (PolicyVersion & { waiting_drafts?: WaitingDraft[] })[];
  members: MemberList["members"];
  notifications: NotificationSettings;
  settings: ShownReviewSettings;
  coverage: Pick<PolicyCoverage, "tools" | "findings">;
  /** Entries of the ledger by decision, and its first. */
  approved: number;
  denied: number;
  paused: number;
  firstEntryAt: string | null;
};

const list = new Intl.ListFormat("en", { type: "conjunction" });

/** The go-live checklist of the founding document, each line measured, with what shows it and where it is mended. */
export function goLiveChecks(facts: GoLiveFacts): GoLiveCheck[] {
  return [
    keyCheck(facts),
    reachCheck(facts),
    policyCheck(facts),
    ...draftsCheck(facts),
    reviewerCheck(facts),
    routeCheck(facts),
    testCheck(facts),
    thresholdCheck(facts),
  ];
}

const isActive = (now: Date) => (key: KeyList["keys"][number]) =>
  key.revoked_at === null && (key.expires_at === null || Date.parse(key.expires_at) > now.getTime());

function keyCheck({ keys, now }: GoLiveFacts): GoLiveCheck {
  const active = keys.keys.filter(isActive(now));
  const environments = [...new Set(active.map(({ environment }) => environment))];
  const refusals = keys.refusals.flatMap((refusal) => {
    const key = keys.keys.find(({ id }) => id === refusal.key_id);
    return key ? [describeRefusal(refusal, key).what] : [];
  });
  return {
    id: "key",
    title: "The right key is in each runtime",
    state: active.length === 0 ? "missing" : refusals.length > 0 ? "attention" : "done",
    evidence: [
      active.length === 0 ? "There is no key that works." : `${active.length} active, for ${list.format(environments)}.`,
      ...(active.length > 0 && !environments.includes("production" satisfies Environment) ? ["None is for production yet."] : []),
      ...refusals,
    ],
    mend: { label: "Keys", path: "/keys" },
  };
}

const RUNTIMES_SHOWN = 4;

function reachCheck({ keys }: GoLiveFacts): GoLiveCheck {
  const runtimes = [...new Set(keys.uses.map(({ runtime }) => runtime))];
  const more = runtimes.length - RUNTIMES_SHOWN;
  return {
    id: "reach",
    title: "Vault is reached from every runtime that acts",
    state: runtimes.length === 0 ? "missing" : "done",
    evidence:
      runtimes.length === 0
        ? ["No runtime has called Vault with a key yet."]
        : [
            `Seen: ${list.format(runtimes.slice(0, RUNTIMES_SHOWN))}${more > 0 ? `, and ${more} more` : ""}. Compare it with where your agents run.`,
          ],
    mend: { label: "Who uses which key", path: "/keys" },
  };
}

function policyCheck({ policies, coverage, firstEntryAt }: GoLiveFacts): GoLiveCheck {
  const inForce = policies.filter(({ state }) => state === "in_force");
  const named = (tools: PolicyCoverage["tools"]) => list.format(tools.map(({ tool_name }) => tool_name));
  const uncovered = coverage.tools.filter(({ state }) => state === "not_at_all");
  const unmapped = coverage.tools.filter(({ needs_mapping }) => needs_mapping);
  const firstPolicyAt = inForce.map(({ created_at }) => created_at).toSorted()[0];
  const isLate = firstEntryAt !== null && firstPolicyAt !== undefined && firstPolicyAt > firstEntryAt;
  return {
    id: "policy",
    title: "Every guarded tool has a policy",
    state: inForce.length === 0 ? "missing" : uncovered.length + unmapped.length > 0 ? "attention" : "done",
    evidence: [
      inForce.length === 0
        ? "There is no policy in force, so every request pauses."
        : `${inForce.length} in force, ${coverage.tools.length} tools seen.`,
      ...(uncovered.length > 0 ? [`Without a policy: ${named(uncovered)}.`] : []),
      ...(unmapped.length > 0
        ? [`Rules ask about amounts, and nobody confirmed which argument that is: ${named(unmapped)}.`]
        : []),
      ...(coverage.findings.length > 0
        ? [`${coverage.findings.length} ${coverage.findings.length === 1 ? "rule gets" : "rules get"} in another's way.`]
        : []),
      ...(isLate
        ? ["The newest policies came after the first requests: what was tested before them was decided without them."]
        : []),
    ],
    mend: { label: "Coverage", path: "/policies/coverage" },
  };
}

const DRAFTS_SHOWN = 4;
const proposedAs: Record<ProposalKind, string> = {
  mapping: "What a tool's arguments mean",
  terms: "Terms for rules",
  review_settings: "A change of the review settings",
  notification_settings: "A change of who is told",
  tenant_settings: "A change of the tenant's settings",
};
const pageOf: Record<ProposalKind, string> = {
  mapping: "/policies/tools",
  terms: "/policies/tools",
  review_settings: "/settings/rules",
  notification_settings: "/settings/notifications",
  tenant_settings: "/settings/tenant",
};

/** Only while something waits: a tenant whose keys write nothing has nothing to look at. */
function draftsCheck({ policies, proposals = [] }: GoLiveFacts): GoLiveCheck[] {
  const waiting = policies.flatMap(({ title, policy_id, waiting_drafts = [] }) =>
    waiting_drafts.map((draft) => ({ ...draft, title, policy_id })),
  );
  const [only, ...others] = waiting;
  if (only === undefined && proposals.length === 0) return [];
  const more = waiting.length - DRAFTS_SHOWN;
  return [
    {
      id: "drafts",
      title: "What keys wrote was read by a member",
      state: "attention",
      evidence: [
        ...waiting
          .slice(0, DRAFTS_SHOWN)
          .map(({ title, version, created_by }) => `Version ${version} of ${title}, by the key ${created_by}, waits.`),
        ...(more > 0 ? [`And ${more} more.`] : []),
        ...proposals.map(
          ({ kind, subject, proposed_by }) =>
            `${proposedAs[kind]}${subject && ` (${subject})`}, by the key ${proposed_by}, waits.`,
        ),
        "It decides nothing until a member puts it in force, or confirms it.",
      ],
      mend:
        only === undefined
          ? { label: "Read it", path: pageOf[proposals[0]?.kind ?? "mapping"] }
          : others.length === 0
            ? { label: "Read it", path: `/policies/${encodeURIComponent(only.policy_id)}?version=${only.policy_version_id}` }
            : { label: "Policies", path: "/policies" },
    },
  ];
}

function reviewerCheck({ members, settings }: GoLiveFacts): GoLiveCheck {
  const deciding = members.filter(({ role }) => roleMay(role, "reviews:decide"));
  return {
    id: "reviewers",
    title: "Reviewers are there, and know the queue",
    state: deciding.length > 1 && settings.separate_key_creators && settings.warnings.length === 0 ? "done" : "attention",
    evidence: [
      deciding.length === 1 ? "One person decides everything. Nobody stands in for them." : `${deciding.length} people decide.`,
      settings.rules.length === 0
        ? "No review rule: anybody of them decides any case, alone, at any time."
        : `${settings.rules.length} review rules.`,
      ...settings.warnings.map(({ rule_id, detail }) => {
        const rule = settings.rules.find(({ id }) => id === rule_id);
        return rule ? `${rule.name}: ${detail}` : detail;
      }),
      ...(settings.separate_key_creators
        ? []
        : ["Who created a key may decide what it asks for. Separate them once more than one person is here."]),
    ],
    mend:
      deciding.length > 1 ? { label: "Review rules", path: "/settings/rules" } : { label: "Members", path: "/settings/members" },
  };
}

function routeCheck({ notifications }: GoLiveFacts): GoLiveCheck {
  const isDefault = notifications.updated_at === null;
  return {
    id: "routes",
    title: "Somebody is told when a request pauses",
    state: isDefault ? "missing" : notifications.warnings.length > 0 ? "attention" : "done",
    evidence: isDefault
      ? ["Left at the default: nobody is told, only who has the console open sees it."]
      : notifications.warnings.length > 0
        ? notifications.warnings.map(({ detail }) => detail)
        : [`${notifications.routes.filter(({ is_enabled }) => is_enabled).length} routes, each reaches somebody.`],
    mend: { label: "Notifications", path: "/settings/notifications" },
  };
}

function testCheck({ approved, denied, paused }: GoLiveFacts): GoLiveCheck {
  const blocked = denied + paused;
  return {
    id: "tested",
    title: "One approved and one blocked or paused request were tested",
    state: approved > 0 && blocked > 0 ? "done" : approved + blocked > 0 ? "attention" : "missing",
    evidence: [
      `${approved} approvals, ${denied} denials and ${paused} pauses are in the ledger.`,
      ...(approved === 0 ? ["Nothing was approved yet."] : []),
      ...(blocked === 0 ? ["Nothing was denied or paused yet: send a request that your policy forbids."] : []),
    ],
    mend: { label: "Ledger", path: "/ledger" },
  };
}

function thresholdCheck({ settings }: GoLiveFacts): GoLiveCheck {
  const isDefault = settings.threshold_updated_at === null;
  return {
    id: "threshold",
    title: "The threshold is a decision, not a default",
    state: isDefault ? "attention" : "done",
    evidence: [
      isDefault
        ? `Left at the default of ${settings.minimum_confidence_score.toFixed(2)}. Look at what it would have passed, and save it.`
        : `${settings.minimum_confidence_score.toFixed(2)}, set by ${settings.threshold_updated_by}.`,
    ],
    mend: { label: "Thresholds", path: "/settings" },
  };
}
