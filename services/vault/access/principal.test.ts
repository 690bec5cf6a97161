import { expect, it } from "vitest";
import { type Principal, principalLabel } from "./principal.ts";

const key = (name: string): Principal => ({
  kind: "key",
  clientId: "c",
  familyId: "f",
  name,
  environment: "production",
  scopes: ["settings:write"],
});

it.each(["owner@example.com", "owner\uff20example.com", "owner\ufe6bexample.com", "The owner <owner@example.com>"])(
  "a key that is named %j is not read as that member",
  (name) => expect(principalLabel(key(name))).toBe(`the key “${name}”`),
);

it("other keys are read by their name, and members by their address", () => {
  expect(principalLabel(key("payments-worker"))).toBe("payments-worker");
  const member: Principal = { kind: "member", clientId: "c", userId: "u", email: "owner@example.com", role: "owner" };
  expect(principalLabel(member)).toBe("owner@example.com");
});
