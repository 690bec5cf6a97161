import { ConfigError } from "@ledgix/configuration/read";
import { afterEach, describe, expect, it, vi } from "vitest";
import { tellOperator } from "./tell-operator.ts";

const errors = vi.spyOn(console, "error").mockImplementation(() => {});
afterEach(() => errors.mockClear());
function told(error: unknown): string {
  tellOperator(error);
  return errors.mock.calls.flat().map(String).join("\n");
}

describe("the last words of a program", () => {
  it("are a sentence where the operator can mend it, or nothing answered", () => {
    expect(told(new ConfigError(["PORT: is needed."]))).toBe("The configuration does not fit.\n  PORT: is needed.");
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" });
    errors.mockClear();
    expect(told(refused)).toBe("What is needed could not be reached: connect ECONNREFUSED 127.0.0.1:9.");
  });

  it("are a stack otherwise, without what the error was given", () => {
    const url = "postgres://u:secret#w@h/d";
    let error: unknown;
    try {
      new URL(url);
    } catch (caught) {
      error = caught;
    }
    expect(error).toHaveProperty("input", url);
    expect(told(error)).toMatch(/Invalid URL[\s\S]+tell-operator\.test/);
    expect(told(error)).not.toContain("secret");
  });
});
