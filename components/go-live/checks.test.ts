import { shownReviewSettings } from "@ledgix/contract/settings";
import { describe, expect, it } from "vitest";
import { type GoLiveFacts, goLiveChecks } from "./checks";

const at = "2026-11-24T12:00:00.000Z";
const key = {
  id: "k",
  name: "worker",
  environment: "development" as const,
  scopes: [],
  prefix: "sk",
  created_at: at,
  expires_at: null,
  revoked_at: null,
  replaced_by: null,
  last_used_at: null,
  last_used_from: null,
  last_used_runtime: null,
};
const fresh: GoLiveFacts = {
  now: new Date(at),
  keys: { keys: [], uses: [], refusals: [] },
  policies: [],
  members: [{ user_id: "u", email: "owner@example.com", role: "owner", created_at: at }],
  notifications: {
    routes: [],
    quiet_hours: null,
    time_zone: "UTC",
    version: "0.0",
    updated_at: null,
    updated_by: null,
    warnings: [],
    unreachable: [],
    channels: { email: true, slack: false },
  },
  settings: shownReviewSettings.parse({
    minimum_confidence_score: 0.8,
    minimum_confidence_bucket: "high",
    tool_thresholds: {},
    rules: [],
    canned_reasons: [],
    templates: {},
    separate_key_creators: false,
    minimum_membership_days: 0,
    deny_uncovered: false,
    version: "0.0",
    updated_at: null,
    updated_by: null,
    threshold_updated_at: null,
    threshold_updated_by: null,
    warnings: [],
  }),
  coverage: { tools: [], findings: [] },
  approved: 0,
  denied: 0,
  paused: 0,
  firstEntryAt: null,
};
// The members of a policy that the page reads.
const waitingPolicy = {
  policy_id: "refunds",
  title: "Refunds",
  tools: [],
  created_at: at,
} as unknown as GoLiveFacts["policies"][number];
const check = (id: string, facts: Partial<GoLiveFacts>) => goLiveChecks({ ...fresh, ...facts }).find((each) => each.id === id);

describe("the go-live checklist", () => {
  it("of a new tenant says what is missing, and calls defaults defaults", () => {
    const states = Object.fromEntries(goLiveChecks(fresh).map(({ id, state }) => [id, state]));
    expect(states).toEqual({
      key: "missing",
      reach: "missing",
      policy: "missing",
      reviewers: "attention",
      routes: "missing",
      tested: "missing",
      threshold: "attention",
    });
    expect(check("threshold", {})?.evidence[0]).toContain("Left at the default of 0.80");
    expect(check("routes", {})?.evidence[0]).toContain("Left at the default");
  });

  it("names the drafts of keys that wait, and says nothing of them where none does", () => {
    const draft = { policy_version_id: "v", version: 2, created_by: "ci", created_at: at };
    expect(check("drafts", { policies: [waitingPolicy] })).toBeUndefined();
    expect(check("drafts", { policies: [{ ...waitingPolicy, waiting_drafts: [draft] }] })).toMatchObject({
      state: "attention",
      evidence: ["Version 2 of Refunds, by the key ci, waits.", expect.stringContaining("until a member")],
      mend: { path: "/policies/refunds?version=v" },
    });
    const many = { ...waitingPolicy, waiting_drafts: Array.from({ length: 6 }, (_, i) => ({ ...draft, version: i + 2 })) };
    expect(check("drafts", { policies: [many] })).toMatchObject({
      evidence: expect.arrayContaining(["And 2 more."]),
      mend: { path: "/policies" },
    });
  });

  it("does not take a change of the other settings for a choice of the threshold", () => {
    const settings = { ...fresh.settings, updated_at: at, updated_by: "admin@example.com" };
    expect(check("threshold", { settings })?.state).toBe("attention");
    const chosen = { ...settings, threshold_updated_at: at, threshold_updated_by: "owner@example.com" };
    expect(check("threshold", { settings: chosen })).toMatchObject({
      state: "done",
      evidence: ["0.80, set by owner@example.com."],
    });
  });

  it("does not count a key that has ended, and names a key that called the wrong Vault", () => {
    const ended = { ...key, expires_at: "2026-11-24T11:59:59.000Z" };
    expect(check("key", { keys: { keys: [ended], uses: [], refusals: [] } })?.state).toBe("missing");
    const refusal = {
      key_id: "k",
      reason: "wrong_environment",
      called_environment: "production",
      calls: 12,
      last_runtime: "r",
      last_from: "f",
      last_at: at,
    } as const;
    const found = check("key", { keys: { keys: [key], uses: [], refusals: [refusal] } });
    expect(found?.state).toBe("attention");
    expect(found?.evidence).toContain("A development key, worker, called production 12 times.");
  });

  it("names tools that no policy covers or whose amount nobody confirmed, and policies that came after the tests", () => {
    const policy = { tools: ["refund"], state: "in_force", created_at: at } as GoLiveFacts["policies"][number];
    const tool = { requests: 1, settled: 1, open: 0, uncovered: 0, policies: [], needs_mapping: false };
    const found = check("policy", {
      policies: [policy],
      coverage: {
        tools: [
          { ...tool, tool_name: "refund", state: "partly", needs_mapping: true },
          { ...tool, tool_name: "payout", state: "not_at_all" },
        ],
        findings: [],
      },
      firstEntryAt: "2026-11-24T11:00:00.000Z",
    });
    expect(found?.state).toBe("attention");
    expect(found?.evidence.join(" ")).toContain("Without a policy: payout.");
    expect(found?.evidence.join(" ")).toContain("nobody confirmed which argument that is: refund.");
    expect(found?.evidence.join(" ")).toContain("came after the first requests");
    const governed = { tools: [{ ...tool, tool_name: "payout", state: "governed" as const }], findings: [] };
    expect(check("policy", { policies: [{ ...policy, tools: [] }], coverage: governed })?.state).toBe("done");
    expect(check("policy", { policies: [{ ...policy, state: "draft" }] })?.state).toBe("missing");
  });

  it("asks for one approved and one blocked request", () => {
    expect(check("tested", { approved: 3 })?.state).toBe("attention");
    expect(check("tested", { approved: 1, paused: 1 })?.state).toBe("done");
  });
});
