import { type Stack, startStack, until } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let stack: Stack;
let acme: string;
let other: string;
beforeAll(async () => {
  stack = await startStack();
  acme = await stack.addTenant("Acme");
  other = await stack.addTenant("Other");
});
afterAll(() => stack.close());

describe("policies", () => {
  it("are versioned by content, and their documents refused with the reason", async () => {
    const owner = await stack.addMember(acme, "owner");
    const upload = (name: string, content: BlobPart, title = "Travel policy") => {
      const data = new FormData();
      data.set("file", new File([content], name));
      data.set("documentName", title);
      data.set("tools", "book_flight, book_hotel");
      return owner("POST", "/admin/upload-policy", data);
    };
    const first = await upload("travel.md", "# Travel\n\nEconomy only.");
    expect([first.status, first.body.version, first.body.policy_id, first.body.tools]).toEqual([
      201,
      1,
      "travel-policy",
      ["book_flight", "book_hotel"],
    ]);
    expect((await upload("travel.md", "# Travel\n\nEconomy only.")).body.version).toBe(1);
    const second = await upload("travel.md", "# Travel\n\nBusiness above six hours.");
    expect([second.body.version, second.body.versions.length]).toEqual([2, 2]);
    const old = await owner("GET", `/policies/travel-policy?version=${first.body.policy_version_id}`);
    expect(old.body.content).toContain("Economy only.");
    const nul = await upload("travel.md", "# Travel", "Travel\0policy");
    expect([nul.status, nul.body.code]).toEqual([422, "invalid_string"]);
    expect((await owner("GET", "/policies/%00")).status).toBe(404);
    const pdf = await upload("travel.pdf", "%PDF-1.7");
    expect([pdf.status, pdf.body.code, pdf.body.detail]).toEqual([
      415,
      "unsupported_document",
      "The PDF ends too early: its end mark is missing. Export it again and upload that.",
    ]);
    expect((await owner("GET", "/policies/travel-policy")).body.versions).toHaveLength(2);
    expect((await upload("travel.md", new Uint8Array([0xff, 0xfe, 0x00]))).body.code).toBe("unsupported_document");
    expect((await upload("travel.md", "  \n")).body.code).toBe("invalid_body");
    expect((await upload("travel.md", "x".repeat(26 * 1024 * 1024))).body.code).toBe("body_too_large");
    expect((await owner("POST", "/admin/upload-policy", new FormData())).body.code).toBe("invalid_body");
  });

  it("are found for calls of their category alone, where they name one", async () => {
    const tenant = await stack.addTenant("Categories");
    const [owner, agent] = [await stack.addMember(tenant, "owner"), await stack.addKey(tenant)];
    for (const [name, categories] of [
      ["Health", "Health, research"],
      ["General", ""],
    ] as const) {
      const data = new FormData();
      data.set("file", new File([`# ${name}\n\nExports of tables are looked at.`], "a.md"));
      data.set("documentName", name);
      data.set("categories", categories);
      await owner("POST", "/admin/upload-policy", data);
    }
    await until(
      () => owner("GET", "/policies"),
      ({ body }) =>
        body.policies.length === 2 && body.policies.every((policy: { indexing: string }) => policy.indexing === "ready"),
    );
    const foundFor = async (more: object) => {
      const { body } = await agent("POST", "/request-clearance", { tool_name: "export_table", ...more });
      const review = await owner("GET", `/reviews/${body.request_id}`);
      return review.body.citations.map(({ policy_id }: { policy_id: string }) => policy_id).toSorted();
    };
    expect(await foundFor({})).toEqual(["general"]);
    expect(await foundFor({ data_categories: ["HEALTH"] })).toEqual(["general", "health"]);
    expect(await foundFor({ context: { action_category: "research" } })).toEqual(["general", "health"]);
  });

  it("are found by meaning, and cited with exact offsets", async () => {
    const tenant = await stack.addTenant("Retrieval");
    const [owner, agent] = [await stack.addMember(tenant, "owner"), await stack.addKey(tenant)];
    const content =
      "# Handbook\n\n## Holidays\n\nEverybody has 30 days off.\n\n## Refunds\n\nMoney goes back to customers only for duplicate charges.\n\n## Parking\n\nPark behind the building.\n";
    const data = new FormData();
    data.set("file", new File([content], "handbook.md"));
    data.set("documentName", "Handbook");
    await owner("POST", "/admin/upload-policy", data);
    await until(
      () => owner("GET", "/policies"),
      ({ body }) => body.policies[0]?.indexing === "ready",
    );
    const request = {
      tool_name: "stripe_refund",
      tool_args: { amount: 5, customer: "cus_1" },
      context: { purpose: "refund a customer" },
    };
    const { body } = await agent("POST", "/request-clearance", request);
    const review = (await owner("GET", `/reviews/${body.request_id}`)).body;
    expect(review).toMatchObject({
      reason_code: "no_rule",
      destination: { provider: "stripe" },
      purpose: "refund a customer",
      policy_changed: false,
    });
    expect(review.citations[0].heading).toBe("Refunds");
    for (const citation of review.citations) expect(content.slice(citation.start, citation.end)).toBe(citation.text);

    await owner("POST", "/register-policy", { policy_id: "handbook", description: "Changed" });
    expect((await owner("GET", `/reviews/${body.request_id}`)).body.policy_changed).toBe(true);
  });

  it("with a rule that is not understood let nothing pass, and say so", async () => {
    const tenant = await stack.addTenant("Unread");
    const [owner, agent] = [await stack.addMember(tenant, "owner"), await stack.addKey(tenant)];
    const rules = ["Approve when amount is at most 100.", "Refunds must be reasonable."];
    const registered = await owner("POST", "/register-policy", { policy_id: "p", rules });
    expect(registered.body.message).toContain("1 of 2 rules is not understood");
    const { body } = await agent("POST", "/request-clearance", { tool_name: "refund", tool_args: { amount: 1 } });
    expect(body).toMatchObject({ status: "pending_review", reason_code: "rule_unreadable" });
  });
});

describe("settings", () => {
  it("keep score and bucket consistent, and count for the next request", async () => {
    const owner = await stack.addMember(other, "owner");
    const agent = await stack.addKey(other);
    await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
    const request = { tool_name: "pay", tool_args: { amount: 1 } };
    expect((await agent("POST", "/request-clearance", request)).body.status).toBe("approved");
    expect(
      (await owner("PUT", "/review-settings", { minimum_confidence_bucket: "extra_high" })).body.minimum_confidence_score,
    ).toBe(0.95);
    expect((await owner("PUT", "/review-settings", { minimum_confidence_score: 1 })).body.minimum_confidence_bucket).toBe(
      "extra_high",
    );
    expect((await agent("POST", "/request-clearance", request)).body).toMatchObject({
      status: "pending_review",
      reason_code: "below_threshold",
    });
    expect((await owner("PUT", "/review-settings", {})).body.code).toBe("invalid_body");
    expect((await owner("PUT", "/review-settings", { minimum_confidence_score: 1.1 })).body.code).toBe("invalid_body");
  });
});
