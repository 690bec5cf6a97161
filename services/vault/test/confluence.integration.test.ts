import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ConfluenceSource } from "@ledgix/contract/confluence";
import type { PolicyVersion } from "@ledgix/contract/policy";
import { type Caller, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startConfluence } from "./confluence-double.ts";

const account = { email: "reader@acme.example", token: "confluence-token-1" };
let stack: Stack;
let site: Awaited<ReturnType<typeof startConfluence>>;
let owner: Caller;
let clientId: string;
beforeAll(async () => {
  site = await startConfluence(account);
  stack = await startStack({ environment: { VAULT_ALLOW_PRIVATE_CONFLUENCE: "true" } });
  clientId = await stack.addTenant();
  owner = await stack.addMember(clientId, "owner");
  site.put({ id: "1", title: "Refunds", html: "<h2>Limits</h2><p>Never refund over 500 USD.</p>", version: 1, parent: null });
  site.put({ id: "2", title: "Travel", html: "<p>Economy flights.</p>", version: 1, parent: "1" });
  site.put({ id: "3", title: "Gifts", html: "<p>Gifts above 50 EUR are forbidden.</p>", version: 1, parent: null });
});
afterAll(async () => {
  await stack.close();
  await site.close();
});

const add = (more: object = {}) =>
  owner("POST", "/confluence", { base_url: site.url, ...account, space_key: "POL", tools: ["send_gift"], ...more });
const sourceOf = async (): Promise<ConfluenceSource> => (await owner("GET", "/confluence")).body.sources[0];
const policies = async (): Promise<PolicyVersion[]> => (await owner("GET", "/policies")).body.policies;
const sync = async () => owner("POST", `/confluence/${(await sourceOf()).source_id}/sync`);

describe("policies from Confluence", () => {
  it("are refused with what Confluence said, before anything is kept", async () => {
    const wrong = await add({ token: "another-token" });
    expect([wrong.status, wrong.body.code]).toEqual([422, "invalid_body"]);
    expect(wrong.body.detail).toContain("Confluence refused the address and token.");
    expect((await add({ space_key: "NONE" })).body.detail).toContain("no such space");
    expect((await add({ root_page_id: "77" })).body.detail).toContain("no such space or page");
    expect((await owner("GET", "/confluence")).body.sources).toEqual([]);
  });

  it("are read page by page, all pages of the space, as versions in force", async () => {
    expect((await add()).status).toBe(201);
    await until(policies, (found) => found.length === 3 && found.every(({ indexing }) => indexing === "ready"));
    const { body } = await owner("GET", "/policies/confluence-1");
    expect(body).toMatchObject({
      title: "Refunds",
      source: "confluence",
      state: "in_force",
      tools: ["send_gift"],
      note: "Version 1 in Confluence.",
    });
    expect(body.content).toBe("## Limits\n\nNever refund over 500 USD.\n");
    expect(body.proposals[0]).toMatchObject({ text: "Never refund over 500 USD.", effect: "deny", is_confirmed: false });
    expect(await sourceOf()).toMatchObject({ pages: 3, error: null, space_key: "POL" });
  });

  it("show the token to nobody, and keep it in the tenant's secret alone", async () => {
    expect(JSON.stringify((await owner("GET", "/confluence")).body)).not.toContain(account.token);
    const secret = await stack.tenants.secret(clientId, ({ confluence_tokens }) => confluence_tokens !== undefined);
    expect(Object.values(secret.confluence_tokens ?? {})).toEqual([account.token]);
  });

  it("are read again only where a page changed; one that is gone retires its policy", async () => {
    const seen = site.asked.length;
    site.put({ id: "2", title: "Travel", html: "<p>Business flights above six hours.</p>", version: 2, parent: "1" });
    site.remove("3");
    expect((await sync()).status).toBe(200);
    expect(site.asked.slice(seen).filter((path) => path.includes("body-format"))).toEqual([
      "/wiki/api/v2/pages/2?body-format=export_view",
    ]);
    const travel = await until(
      () => owner("GET", "/policies/confluence-2"),
      ({ body }) => body.version === 2,
    );
    expect(travel.body.content).toContain("Business flights");
    expect((await owner("GET", "/policies/confluence-3")).body.state).toBe("retired");
    expect(await sourceOf()).toMatchObject({ pages: 2, deleted_pages: 1 });
  });

  it("say why a sync stopped, and lose nothing", async () => {
    site.fail(503);
    await sync();
    expect((await sourceOf()).error).toBe("Confluence answered with status 503. It is tried again later.");
    expect((await policies()).filter(({ state }) => state === "in_force")).toHaveLength(2);
    site.fail(null);
    await sync();
    expect((await sourceOf()).error).toBeNull();
  });

  it("may be a page tree instead of a space", async () => {
    await owner("DELETE", `/confluence/${(await sourceOf()).source_id}`);
    expect((await stack.tenants.secret(clientId, () => false)).confluence_tokens).toEqual({});
    await add({ root_page_id: "1" });
    const source = await until(sourceOf, ({ synced_at }) => synced_at !== null);
    expect(source).toMatchObject({ pages: 2, root_page_id: "1" });
  });

  it("are never asked for, nor are the credentials sent, where an answer leads to another site", async () => {
    const stolen: string[] = [];
    const thief = createServer((request, response) => {
      stolen.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ results: [], _links: {} }));
    });
    await new Promise<void>((resolve) => thief.listen(0, "127.0.0.1", resolve));
    const { port } = thief.address() as AddressInfo; // a listening server over TCP has one
    const other = `127.0.0.1:${port}/wiki/next`;
    for (const next of [
      `//${other}`,
      `http://${other}`,
      `/\\${other}`,
      `\\\\${other}`,
      `/\t/${other}`,
      `http:${"//"}x@${other}`,
    ]) {
      site.lead(next);
      const refused = await add();
      expect([next, refused.status, refused.body.detail]).toEqual([next, 422, expect.stringContaining("leads to another site")]);
    }
    // A list that never ends is given up on.
    site.lead("/wiki/api/v2/spaces?keys=NONE&again");
    expect((await add({ space_key: "NONE" })).body.detail).toContain("more than");
    site.lead(null);
    expect(stolen).toEqual([]);
    await new Promise((resolve) => thief.close(resolve));
  });

  it("are never read from private addresses, unless the operator allows it", async () => {
    const strict = await stack.addReplica({ environment: { VAULT_ALLOW_PRIVATE_CONFLUENCE: "false" } });
    for (const base_url of [site.url, "http://169.254.169.254", "http://localhost:1"]) {
      const refused = await owner("POST", `${strict.url}/confluence`, { base_url, ...account, space_key: "POL" });
      expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining("private or reserved")]);
    }
  });

  it("are an administrator's to add and to remove", async () => {
    const reviewer = await stack.addMember(clientId, "reviewer");
    expect((await reviewer("POST", "/confluence", { base_url: site.url, ...account, space_key: "POL" })).status).toBe(403);
    const { source_id } = await sourceOf();
    expect((await reviewer("POST", `/confluence/${source_id}/sync`)).status).toBe(403);
    expect((await reviewer("DELETE", `/confluence/${source_id}`)).status).toBe(403);
    const stranger = await stack.addMember(await stack.addTenant("Other"), "owner");
    expect((await stranger("POST", `/confluence/${source_id}/sync`)).status).toBe(404);
  });
});
