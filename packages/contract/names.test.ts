import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentId, lineText, namePattern, plainText, sessionId, toolName } from "./names.ts";

const unseen: [string, string][] = [
  ["U+0000", "\0"],
  ["a bell", "\u0007"],
  ["an escape", "\u001b[31m"],
  ["a tab", "\t"],
  ["CR LF", "\r\n"],
  ["delete", "\u007f"],
  ["a C1 control", "\u0085"],
  ["a line separator", "\u2028"],
  ["a paragraph separator", "\u2029"],
  ["a right-to-left override", "\u202e"],
  ["an isolate", "\u2066"],
  ["a right-to-left mark", "\u200f"],
  ["an Arabic letter mark", "\u061c"],
  ["a zero-width space", "\u200b"],
  ["a byte order mark", "\ufeff"],
  ["a soft hyphen", "\u00ad"],
  ["a tag", "\u{e0041}"],
  ["half a surrogate pair", "\ud800"],
];
const takes = (schema: typeof toolName, text: string) => schema.safeParse(text).success;

describe("names", () => {
  it.each(unseen)("hold no %s, at the beginning, within or at the end", (_, char) => {
    for (const schema of [toolName, agentId, sessionId, lineText(256)])
      for (const text of [`${char}pay`, `pa${char}y`, `pay${char}`, char]) expect(takes(schema, text)).toBe(false);
    expect(takes(namePattern, `pa${char}y`)).toBe(false);
  });

  it.each([
    "pay",
    "stripe.refund",
    "mcp__server__tool",
    "支払い",
    "zahlung_überweisen",
    "a b",
    "نمی\u200cشود",
    "ledgix",
    "ledgix_pay",
    "my.ledgix.pay",
    "ledger.post",
  ])("of tools may be %s", (name) => expect(toolName.parse(name)).toBe(name));

  it.each(["", " ", "\u00a0", "\u3000", " pay", "pay ", "\u00a0pay", "pay\u2003"])("of tools are never %j", (name) => {
    expect(takes(toolName, name)).toBe(false);
  });

  it.each([
    "ledgix.",
    "ledgix.review-rule.changed",
    "LEDGIX.X",
    "Ledgix.pay",
    "ｌｅｄｇｉｘ．pay",
    "ledgix\u2024pay",
    "ledgix\u3002pay",
    "ledgix\uff61pay",
    "ledgix\u00b7pay",
    "l\u0435dgix.pay",
    "ledg\u0456x.pay",
    "1edgix.pay",
    "Iedgix.pay",
    "le\u0301dgix.pay",
    "ledgix .pay",
    "led\u034fgix.pay",
    "ⓛⓔⓓⓖⓘⓧ.pay",
  ])("of tools are never %j: those are Ledgix's own events", (name) => expect(takes(toolName, name)).toBe(false));

  it.each(["ledgix", "Ledgix", " ledgix ", "ｌedgix", "l\u0435dgix", "ledg1x"])("of agents are never %j", (name) => {
    expect(takes(agentId, name)).toBe(false);
  });

  it.each(["", "bot", "default-agent", "ledgix-agent", " bot"])("of agents may be %j", (name) =>
    expect(agentId.parse(name)).toBe(name),
  );

  it("of sessions may be empty, or Ledgix", () => {
    expect([sessionId.parse(""), sessionId.parse("ledgix")]).toEqual(["", "ledgix"]);
  });

  it("are taken as they are or not at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        for (const schema of [toolName, agentId, sessionId]) {
          const read = schema.safeParse(text);
          if (read.success) expect(read.data).toBe(text);
          if (/[\p{Cc}\u202e\u2028]/u.test(text)) expect(read.success).toBe(false);
        }
      }),
    );
  });
});

describe("a text of several lines", () => {
  it.each(["pay the rent\r\n\tof May", "שכירות \u200fמאי", "", "a\u200bb"])("may be %j", (text) => {
    expect(plainText(99).parse(text)).toBe(text);
  });
  it.each(["\0", "\u001b[2J", "a\u202eb", "a\u2066b", "a\u2028b", "\ud800"])("is never %j", (text) => {
    expect(takes(plainText(99), text)).toBe(false);
  });
});
