import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { reference } from "./configuration-reference.ts";

it("docs/configuration.md says what the services read", () => {
  expect(readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8")).toBe(reference);
});
