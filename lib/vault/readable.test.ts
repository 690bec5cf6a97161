import { describe, expect, it } from "vitest";
import { readablePath } from "./readable";

const id = "0190b9ce-5d4c-4c5b-a6d7-6e5d4c3b2a10";

describe("the browser reads what it has pages for", () => {
  it.each([
    "reviews",
    "reviews/stream",
    `reviews/${id}`,
    "policies/refunds",
    "policies/eu%2Frefunds",
    "policies/..%2Fledger",
    "policies/health/cases",
    "ledger/proof/bundle",
    ".well-known/jwks.json",
  ])("%s", (path) => expect(readablePath(path)).toBe(`/${path}`));

  it("with a name encoded once, however it was sent", () => {
    expect(readablePath("policies/%72efunds")).toBe("/policies/refunds");
    expect(readablePath("policies/a%3Fb%23c")).toBe("/policies/a%3Fb%23c");
    expect(readablePath("policies/%252e%252e")).toBe("/policies/%252e%252e");
  });
});

describe("and nothing else", () => {
  it.each([
    "",
    "/",
    "tools/openapi.json",
    "tools/ledger",
    "ledger/encrypted",
    "ledger/redactions",
    "reviews/x",
    `reviews/${id}/decision`,
    `reviews/${id.toUpperCase()}`,
    "Reviews",
    "REVIEWS/stream",
    "%72eviews",
    "reviews%2Fstream",
    "reviews//stream",
    "reviews/",
    "//reviews",
    "./reviews",
    "reviews/../admin/provision-tenant",
    "reviews/%2e%2e/admin",
    "policies/..",
    "policies/%2e%2e",
    "policies/%2E",
    "policies/",
    "policies/%",
    "policies/a/activate",
    "policies/a/b/cases",
    "slack/interactions",
    "admin/anything",
    "health",
    "openapi.json",
    "reviews;x=1",
    "reviews\\stream",
    "reviews%00",
  ])("%s", (path) => expect(readablePath(path)).toBeNull());
});
