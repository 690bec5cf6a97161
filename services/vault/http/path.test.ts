import { describe, expect, it } from "vitest";
import { routePath } from "./path.ts";

const rooms = new Set(["*", "health", "openapi.json", "request-clearance", "ledger", "tools", "policies", "reviews", "admin"]);
const at = (path: string, prefix = "") => routePath(prefix, () => rooms)(new Request(`http://vault${path}`));
const id = "0190b9ce-5d4c-4c5b-a6d7-6e5d4c3b2a10";

describe("a path is a route", () => {
  it.each([
    ["as it is sent", "/ledger/checkpoints", "/ledger/checkpoints"],
    ["without doubled slashes", "//request-clearance/", "/request-clearance"],
    ["behind a path in front, where a client calls", "//any//where//request-clearance", "/request-clearance"],
    ["with an id in its one spelling", `/reviews/${id.toUpperCase()}/decision`, `/reviews/${id}/decision`],
    ["with a name as it was chosen", `/policies/${id.toUpperCase()}`, `/policies/${id.toUpperCase()}`],
    ["whatever a tool is called", "/tools/ledger/mapping", "/tools/ledger/mapping"],
    ["and no other is found in it", "/vault/tools/openapi.json", "/vault/tools/openapi.json"],
    ["nor behind one of another room", "/tools/request-clearance", "/tools/request-clearance"],
    ["nor an endpoint that no client calls", "/front/admin/send-invitation", "/front/admin/send-invitation"],
    ["nor in other letters", "/LEDGER", "/LEDGER"],
    ["nor with a slash that is encoded", "/x%2Fledger", "/x%2Fledger"],
    ["nor by an encoded letter", "/%6cedger", "/%6cedger"],
  ])("%s", (_, sent, route) => expect(at(sent)).toBe(route));

  it.each([
    ["stripped once", "/vault/ledger", "/ledger"],
    ["needed by nobody", "/ledger", "/ledger"],
    ["stripped from every route", "/vault//tools/health/mapping", "/tools/health/mapping"],
    ["not stripped twice", "/vault/vault/ledger", "/vault/ledger"],
    ["and no other front is tolerated", "/other/request-clearance", "/other/request-clearance"],
  ])("and the operator's prefix is %s", (_, sent, route) => expect(at(sent, "/vault")).toBe(route));
});
