import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NotificationRoute } from "@ledgix/contract/notifications";
import { type Permission, type Role, roleMay, roles } from "@ledgix/contract/permissions";
import type { NewDraft, TriedCall } from "@ledgix/contract/policy";
import { toolMapping } from "@ledgix/contract/tool";
import { localEmbedding } from "@ledgix/judge/adapters/local-embedding";
import { startServices } from "@ledgix/local/compose";
import { localConfig } from "@ledgix/local/config";
import { openDataDirectory, readOrCreateSecrets } from "@ledgix/local/data-directory";
import { silentLog } from "@ledgix/vault/log";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ActionResult } from "./action-result";

// The console's server actions, called as each role, on the embedded default: real sign-ups, Supabase Lite's client and Vault. Only Next's
// request is stood in for: a cookie jar for each person, and redirects that end the call as Next's do.

type Jar = Map<string, string>;
const request = vi.hoisted(() => ({ jar: new Map<string, string>() }));
vi.mock("server-only", () => ({}));
vi.mock("next/headers", () => ({
  cookies: async () => ({
    getAll: () => [...request.jar].map(([name, value]) => ({ name, value })),
    get: (name: string) => (request.jar.has(name) ? { name, value: request.jar.get(name) } : undefined),
    set: (name: string, value: string) => request.jar.set(name, value),
    delete: ({ name }: { name: string }) => request.jar.delete(name),
  }),
}));
class Redirected extends Error {}
vi.mock("next/navigation", () => ({
  redirect: (path: string) => {
    throw new Redirected(path);
  },
  notFound: () => {
    throw new Redirected("not found");
  },
}));

const jars = new Map<Role | "stranger", Jar>();
let clientId: string;
let close: () => Promise<void>;

const form = (fields: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};
/** Runs as a person; a redirect is where it led. */
async function as<Result>(person: Role | "stranger", work: () => Promise<Result>): Promise<Result | string> {
  request.jar = jars.get(person) ?? new Map();
  jars.set(person, request.jar);
  return work().catch((error: unknown) => {
    if (error instanceof Redirected) return error.message;
    throw error;
  });
}

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), "ledgix-roles-"));
  const [PORT, VAULT_PORT, JUDGE_PORT, SUPABASE_PORT] = await Promise.all([1, 2, 3, 4].map(async () => String(await freePort())));
  const config = localConfig.parse({ LEDGIX_DATA_DIR: directory, PORT, VAULT_PORT, JUDGE_PORT, SUPABASE_PORT });
  await openDataDirectory(directory);
  const secrets = await readOrCreateSecrets(directory);
  const services = await startServices({ config, secrets, environment: {}, embedding: localEmbedding(), log: silentLog });
  close = async () => {
    await services.close();
    await rm(directory, { recursive: true, force: true });
  };
  Object.assign(process.env, {
    SUPABASE_URL: services.supabaseUrl,
    SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
    VAULT_URL: services.vaultUrl,
    VAULT_PUBLIC_URL: services.vaultUrl,
    CONSOLE_URL: `http://localhost:${PORT}`,
  });
  const { signUp } = await import("./auth/actions");
  const { createTenant } = await import("./tenants/actions");
  const { acceptInvitation, inviteMember } = await import("./members/actions");
  const enter = (who: Role | "stranger") =>
    as(who, () => signUp(null, form({ email: `${who}@example.com`, password: "correct horse battery" })));
  expect(await enter("owner")).toBe("/new");
  clientId = String(await as("owner", () => createTenant(null, form({ name: "Acme" })))).slice(1);
  for (const role of roles.filter((each) => each !== "owner")) {
    const invited = await as("owner", () => inviteMember(clientId, { email: `${role}@example.com`, role }));
    const token = typeof invited === "object" && invited.ok ? (invited.data.link.split("#")[1] ?? "") : "";
    await enter(role);
    expect(await as(role, () => acceptInvitation(token))).toMatchObject({ ok: true });
  }
  await enter("stranger");
});
afterAll(() => close());

const id = crypto.randomUUID();
const route: NotificationRoute = {
  id: "r",
  name: "r",
  is_enabled: true,
  events: ["review.pending"],
  when: { tools: [], rules: [], environments: [], minimum_severity: "info", hours: null },
  to: { slack: [], emails: [], roles: [] },
  cadence: "at_once",
  after: null,
};

const call: TriedCall = { tool_name: "t", tool_args: {}, agent_id: "a", context: {}, data_categories: [] };
const draft: NewDraft = {
  policy_id: "p",
  title: "P",
  description: "",
  tools: [],
  rules: [],
  cedar: "",
  content: "x",
  note: "",
};

const confluence = { base_url: "http://127.0.0.1:1", email: "a@example.com", token: "no-such-token", space_key: "POL" };

/** Every server action of a tenant, with the permission that it asks for. A permitted call may still find nothing. */
async function actions(): Promise<[name: string, permission: Permission, call: () => Promise<ActionResult<unknown>>][]> {
  const keys = await import("./keys/actions");
  const members = await import("./members/actions");
  const notifications = await import("./notifications/actions");
  const policies = await import("./policies/actions");
  const reviews = await import("./reviews/actions");
  const settings = await import("./settings/actions");
  const tenants = await import("./tenants/actions");
  const document = () => {
    const data = form({ documentName: "Policy", tools: "" });
    data.set("file", new File(["# Policy"], "policy.md"));
    return data;
  };
  return [
    ["createKey", "keys:write", () => keys.createKey(clientId, { name: "k", environment: "development", preset: "application" })],
    ["rotateKey", "keys:write", () => keys.rotateKey(clientId, id, "development", "1")],
    ["revokeKey", "keys:write", () => keys.revokeKey(clientId, id)],
    [
      "dismissRefusal",
      "keys:write",
      () => keys.dismissRefusal(clientId, { key_id: id, reason: "revoked", called_environment: "development" }),
    ],
    ["inviteMember", "members:write", () => members.inviteMember(clientId, { email: "new@example.com", role: "reviewer" })],
    ["changeRole", "members:write", () => members.changeRole(clientId, id, "reviewer")],
    ["removeMember", "members:write", () => members.removeMember(clientId, id)],
    ["decideCase", "reviews:decide", () => reviews.decideCase(clientId, id, true, "")],
    ["decideCases", "reviews:decide", () => reviews.decideCases(clientId, [id], true, "")],
    ["assignCase", "reviews:collaborate", () => reviews.assignCase(clientId, id, null)],
    ["commentOnCase", "reviews:collaborate", () => reviews.commentOnCase(clientId, id, "?")],
    ["saveView", "reviews:collaborate", () => reviews.saveView(clientId, { name: "v", query: "" })],
    ["deleteView", "reviews:collaborate", () => reviews.deleteView(clientId, id)],
    ["saveAbsence", "reviews:collaborate", () => reviews.saveAbsence(clientId, null)],
    ["uploadPolicy", "policies:write", () => policies.uploadPolicy(clientId, document())],
    ["writePolicy", "policies:write", () => policies.writePolicy(clientId, draft)],
    ["activatePolicy", "policies:write", () => policies.activatePolicy(clientId, "p", { policy_version_id: id })],
    ["discardDraft", "policies:write", () => policies.discardDraft(clientId, "p", id)],
    ["retirePolicy", "policies:write", () => policies.retirePolicy(clientId, "p")],
    ["rollBackPolicy", "policies:write", () => policies.rollBackPolicy(clientId, "p", id)],
    ["previewRules", "policies:write", () => policies.previewRules(clientId, { rules: [], cedar: "", tools: [] })],
    ["tryCall", "policies:read", () => policies.tryCall(clientId, call, null)],
    ["addCase", "policies:write", () => policies.addCase(clientId, "p", { name: "c", call, expected: "deny" })],
    ["removeCase", "policies:write", () => policies.removeCase(clientId, "p", id)],
    ["startBacktest", "policies:write", () => policies.startBacktest(clientId, "p", { policy_version_id: id, days: 1 })],
    ["confirmMapping", "policies:write", () => policies.confirmMapping(clientId, "t", toolMapping.parse({}), "0")],
    ["saveTerms", "policies:write", () => policies.saveTerms(clientId, [], "0")],
    ["addConfluence", "settings:write", () => policies.addConfluence(clientId, confluence)],
    ["syncConfluence", "settings:write", () => policies.syncConfluence(clientId, id)],
    ["removeConfluence", "settings:write", () => policies.removeConfluence(clientId, id)],
    ["saveReviewSettings", "settings:write", () => settings.saveReviewSettings(clientId, { minimum_confidence_score: 0.8 }, "0")],
    ["saveRetention", "settings:write", () => settings.saveRetention(clientId, 90, "0")],
    ["saveNotifications", "settings:write", () => notifications.saveNotifications(clientId, { routes: [] }, "0")],
    ["previewRoute", "settings:read", () => notifications.previewRoute(clientId, route, "review.pending")],
    ["testRoute", "settings:write", () => notifications.testRoute(clientId, route, "review.pending")],
    ["reinstateAddress", "settings:write", () => notifications.reinstateAddress(clientId, "a@example.com")],
    ["resendDelivery", "settings:write", () => notifications.resendDelivery(clientId, id)],
    [
      "addWebhook",
      "settings:write",
      () => notifications.addWebhook(clientId, { url: "https://example.com", events: ["review.decided"] }),
    ],
    ["rotateWebhook", "settings:write", () => notifications.rotateWebhook(clientId, id)],
    ["switchWebhook", "settings:write", () => notifications.switchWebhook(clientId, id, true)],
    ["deleteWebhook", "settings:write", () => notifications.deleteWebhook(clientId, id)],
    ["startSlack to install", "settings:write", () => notifications.startSlack(clientId, "install")],
    ["startSlack to link", "reviews:collaborate", () => notifications.startSlack(clientId, "link")],
    ["disconnectSlack", "settings:write", () => notifications.disconnectSlack(clientId)],
    ["unlinkSlack", "reviews:collaborate", () => notifications.unlinkSlack(clientId)],
    ["finishTenant", "tenant:provision", () => tenants.finishTenant(clientId)],
    ["renameTenant", "tenant:provision", () => tenants.renameTenant(clientId, "Acme")],
    ["suspendTenant", "tenant:provision", () => tenants.suspendTenant(clientId)],
    ["resumeTenant", "tenant:provision", () => tenants.resumeTenant(clientId)],
    ["requestTenantDeletion", "tenant:provision", () => tenants.requestTenantDeletion(clientId, "another name")],
  ];
}

describe("roles × server actions", () => {
  it.each(roles.toReversed())("%s may do exactly what the table says", async (role) => {
    for (const [name, permission, call] of await actions()) {
      const result = await as(role, call);
      if (typeof result === "string") throw new Error(`${name} led to ${result}`);
      const isForbidden = !result.ok && (result.code === "forbidden" || result.code === "42501");
      expect([name, isForbidden, result]).toEqual([name, !roleMay(role, permission), result]);
    }
  });

  it("whoever is no member finds nothing, with any action", async () => {
    for (const [name, , call] of await actions()) expect([name, await as("stranger", call)]).toEqual([name, "not found"]);
  });

  it("whoever is not signed in is sent to sign in, with any action", async () => {
    jars.delete("stranger");
    for (const [name, , call] of await actions()) expect([name, await as("stranger", call)]).toEqual([name, "/sign-in"]);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
