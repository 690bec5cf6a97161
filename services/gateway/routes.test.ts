import { describe, expect, it } from "vitest";
import { argumentsOf, gatewayRoute, type RequestParts, routesFile } from "./routes.ts";

const refund = gatewayRoute.parse({
  method: "POST",
  path: "/v1/charges/:charge/refunds",
  tool: "stripe_refund",
  arguments: { charge: "path.charge", amount: "body.amount", city: "body.address.city", dry: "query.dry" },
  ignore: ["body.metadata", "query.trace"],
});
const parts = (body: string, more: Partial<RequestParts> = {}): RequestParts => ({
  path: { charge: "ch_1" },
  query: {},
  body,
  ...more,
});
const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

describe("a route", () => {
  it("finds the arguments where it says, and leaves out what is not there", () => {
    const found = argumentsOf(
      refund,
      parts('{"amount":45,"address":{"city":"Bern"},"metadata":{"a":1}}', { query: { trace: ["t"], dry: ["1"] } }),
    );
    expect(found).toEqual({ charge: "ch_1", amount: 45, city: "Bern", dry: "1" });
    expect(argumentsOf(refund, parts('{"amount":45}'))).toEqual({ charge: "ch_1", amount: 45 });
  });

  it.each([
    ["another field of the body", parts('{"amount":45,"destination":"acct_2"}')],
    ["a field beside a mapped one", parts('{"amount":45,"address":{"city":"Bern","zip":"3000"}}')],
    ["a parameter of the query", parts('{"amount":45}', { query: { override: ["1"] } })],
    ["a part of the path", parts('{"amount":45}', { path: { charge: "ch_1", other: "x" } })],
    ["a name that only begins like a mapped one", parts('{"amount":45,"amounts":1}')],
  ])("refuses %s that no approval covers", (_, request) => {
    expect(codeOf(() => argumentsOf(refund, request))).toBe("not_covered");
  });

  it.each([
    ["[]", "invalid_body"],
    ["{", "malformed_json"],
    ['{"amount":12345678901234567890}', "number_out_of_range"],
  ])("refuses the body %s", (body, code) => expect(codeOf(() => argumentsOf(refund, parts(body)))).toBe(code));

  it("takes the whole body where it says so, and then nothing beside it", () => {
    const whole = gatewayRoute.parse({ method: "POST", path: "/pay", tool: "pay", arguments: "body" });
    expect(argumentsOf(whole, { path: {}, query: {}, body: '{"a":{"b":[1]},"c":{}}' })).toEqual({ a: { b: [1] }, c: {} });
    expect(codeOf(() => argumentsOf(whole, { path: {}, query: { x: ["1"] }, body: "{}" }))).toBe("not_covered");
  });

  it("is refused where its file misspells something", () => {
    const route = { method: "POST", path: "/pay", tool: "pay", arguments: "body" };
    for (const wrong of [
      { ...route, args: {} },
      { ...route, arguments: { a: "header.x" } },
      { ...route, path: "pay" },
    ]) {
      expect(routesFile.safeParse({ routes: [wrong] }).success).toBe(false);
    }
  });
});
