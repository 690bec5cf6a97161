import { policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { JsonObject } from "@ledgix/contract/json";
import { type ToolMapping, toolMapping } from "@ledgix/contract/tool";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acts } from "./acts.ts";
import { toCedar } from "./cedar.ts";
import type { RuledCall } from "./facts.ts";
import { parseRule, type Terms } from "./parse.ts";
import { type Condition, namedFacts, type Rule } from "./rule.ts";
import { sayRule } from "./say.ts";
import { ruleOf, ruleSet, settle } from "./settle.ts";

const mapping = (given: object): ToolMapping => toolMapping.parse(given);
const refunds = mapping({ amount: { path: "amount", unit: "major", currency: { path: "currency" } }, payee: "to" });

const callOf = (tool_args: JsonObject, more: Partial<RuledCall> = {}): RuledCall => ({
  tool_name: "stripe_refund",
  tool_args,
  agent_id: "payments-agent",
  principal: null,
  destination: null,
  purpose: null,
  data_categories: [],
  at: new Date("2026-11-25T12:00:00Z"),
  rates: {},
  ...more,
});
const setOf = (sentences: readonly (string | null)[], terms?: Terms) =>
  ruleSet(
    sentences.map((sentence) => {
      if (sentence === null) return null;
      const parsed = parseRule(sentence, terms);
      if (!parsed.ok) throw new Error(parsed.problem);
      return ruleOf(parsed, sentence);
    }),
  );
const effectOf = (sentences: readonly (string | null)[], call: RuledCall, by: ToolMapping | null = refunds, terms?: Terms) =>
  settle(setOf(sentences, terms), call, by).effect;

describe("rules over arguments by their own names", () => {
  const limits = [
    "Approve when amount is at most 100 and currency is usd.",
    "Pause when amount is over 100.",
    "Deny when amount is over 5,000.",
  ];

  it.each([
    [{ amount: 45, currency: "USD" }, "allow"],
    [{ amount: 100, currency: "usd" }, "allow"],
    [{ amount: 100.01, currency: "usd" }, "review"],
    [{ amount: 5000.5, currency: "usd" }, "deny"],
    [{ amount: 45, currency: "eur" }, null],
  ] as const)("%j settles as %s", (args, effect) => expect(effectOf(limits, callOf({ ...args }))).toBe(effect));

  it.each<JsonObject>([
    {},
    { amount: "45", currency: "usd" },
    { amount: 45 },
    { amount: null, currency: "usd" },
    { Amount: 45, currency: "usd" },
    { amount: 45, Amount: 9000, currency: "usd" },
    { amount: 45, currency: "usd\u200b" },
    { amount: 45, currency: "uѕd" },
    { amount: 45.123456, currency: "usd" },
    { amount: 1e300, currency: "usd" },
    { amount: [45], currency: "usd" },
    { args: { amount: 45, currency: "usd" } },
  ])("never lets %j pass", (args) => expect(effectOf(limits, callOf(args))).not.toBe("allow"));

  it("never lets a call pass beside a rule that could not be read", () => {
    expect(effectOf([null, ...limits], callOf({ amount: 45, currency: "usd" }))).toBe("review");
    expect(effectOf([null, ...limits], callOf({ amount: 9000, currency: "usd" }))).toBe("deny");
  });

  it("lets a limit begin at zero, unless the rule says where it begins", () => {
    const approved = (sentence: string, rows: number) => effectOf([sentence], callOf({ rows })) === "allow";
    expect([-1, 0, 10].map((rows) => approved("Approve when rows is at most 10.", rows))).toEqual([false, true, true]);
    expect(approved("Approve when rows is at most 10 and rows is at least -5.", -1)).toBe(true);
    expect(effectOf(["Deny when rows is under 10."], callOf({ rows: -1 }))).toBe("deny");
  });

  it("reads nested arguments, lists, quotes, negations and other arguments", () => {
    const deny = (sentence: string, args: JsonObject) => effectOf([sentence], callOf(args));
    expect(deny("Deny when customer.country is one of KP, IR or SY", { customer: { country: "ir" } })).toBe("deny");
    expect(deny('Deny when note is "refund & return"', { note: "refund & return" })).toBe("deny");
    expect(deny("Deny when verified is not true", { verified: false })).toBe("deny");
    expect(deny("Deny when verified is not true", { verified: true })).toBe(null);
    expect(deny("Deny when card is not the same as charge.card", { card: "a", charge: { card: "b" } })).toBe("deny");
    expect(deny("Deny when card is not the same as charge.card", { card: "a" })).toBe("review");
    expect(deny("Deny when __proto__.x is 1", {})).toBe("review");
  });
});

describe("rules in plain sentences", () => {
  const policy = [
    "Refunds up to 100 USD may be approved automatically.",
    "Refunds over 1,000 USD need two reviewers.",
    "Never refund over 5,000 USD.",
  ];
  const refund = (amount: number, currency = "USD") => callOf({ amount, currency });

  it.each([
    [refund(100), "allow"],
    [refund(100.01), null],
    [refund(1000.01), "review"],
    [refund(5000.01), "deny"],
    [refund(100, "EUR"), null],
    [refund(-5), "review"],
    [refund(10.001), "review"],
    [refund(100, "dollars"), "review"],
  ] as const)("case %#", (call, effect) => expect(effectOf(policy, call)).toBe(effect));

  it("asks for two people where the sentence does", () => {
    expect(settle(setOf(policy), refund(2000), refunds)).toMatchObject({ effect: "review", approvals: 2, rules: [1] });
  });

  it("pauses until somebody confirmed which argument is the amount, and says so", () => {
    const settled = settle(setOf(policy), refund(50), null);
    expect(settled.effect).toBe("review");
    expect(settled.unsure[0]?.why).toEqual([
      "Nobody confirmed yet which argument of stripe_refund is the amount, and in which unit.",
    ]);
  });

  it("reads amounts in the unit that the mapping names, exactly", () => {
    const cents = mapping({ amount: { path: "amount", unit: "minor", currency: { code: "usd" } } });
    expect(effectOf(policy, callOf({ amount: 10_000 }), cents)).toBe("allow");
    expect(effectOf(policy, callOf({ amount: 10_001 }), cents)).toBe(null);
    expect(effectOf(policy, callOf({ amount: 99.5 }), cents)).toBe("review");
    expect(effectOf(policy, callOf({ amount: "100.00" }), refunds)).toBe("review");
    expect(effectOf(["Refunds up to 1,000 JPY may be approved."], callOf({ amount: 1000.5, currency: "JPY" }))).toBe("review");
  });

  it("pauses where an argument that nobody knew looks like another amount", () => {
    const known = mapping({ ...refunds, known_arguments: ["amount", "currency", "note"] });
    expect(effectOf(policy, callOf({ amount: 5, currency: "USD", note: "x" }), known)).toBe("allow");
    expect(effectOf(policy, callOf({ amount: 5, currency: "USD", amount_override: 9000 }), known)).toBe("review");
    expect(effectOf(policy, callOf({ amount: 5, currency: "USD", options: { quantity: 100 } }), known)).toBe("review");
  });

  it("knows terms that the tenant defined, and refuses others by name", () => {
    const sentence = "Never refund to a card that was not charged.";
    expect(parseRule(sentence)).toMatchObject({ ok: false, problem: expect.stringContaining('"card that was not charged"') });
    const terms = { "card that was not charged": "card_charged is false" };
    expect(effectOf([sentence], callOf({ card_charged: false }), refunds, terms)).toBe("deny");
    expect(effectOf([sentence], callOf({ card_charged: true }), refunds, terms)).toBe(null);
    expect(effectOf([sentence], callOf({}), refunds, terms)).toBe("review");
  });

  it("counts, and lets nothing pass where nobody counted", () => {
    const rule = ["Refunds up to 100 USD may be approved, at most 5 an hour per agent."];
    const at = (count: number) => callOf({ amount: 1, currency: "USD" }, { rates: { "hour/agent": count } });
    expect([0, 4, 5].map((count) => effectOf(rule, at(count)))).toEqual(["allow", "allow", null]);
    expect(effectOf(rule, refund(1))).toBe("review");
  });

  it("knows the time of day and the weekend in a zone", () => {
    const rule = ["Payments outside 09:00 to 17:00 Europe/Berlin need a person.", "Everything on weekends must be denied."];
    const at = (time: string) => callOf({}, { tool_name: "pay_invoice", at: new Date(time) });
    expect(effectOf(rule, at("2026-11-25T08:00:00Z"))).toBe(null); // 09:00 in Berlin
    expect(effectOf(rule, at("2026-11-25T07:59:00Z"))).toBe("review");
    expect(effectOf(rule, at("2026-11-28T12:00:00Z"))).toBe("deny");
    expect(effectOf(["Payments between 22:00 and 06:00 must be denied."], at("2026-11-25T23:30:00Z"))).toBe("deny");
  });

  it("asks about agents, principals, data, payees and destinations", () => {
    const on = (sentence: string, more: Partial<RuledCall>, args: JsonObject = {}) => effectOf([sentence], callOf(args, more));
    expect(on("Refunds by agent intern-bot must be denied", { agent_id: "Intern-Bot" })).toBe("deny");
    expect(on("Exports of health data must be denied", { tool_name: "export_rows", data_categories: ["Health"] })).toBe("deny");
    expect(on("Exports of health data must be denied", { tool_name: "export_rows" })).toBe("review");
    expect(on("Refunds to payees other than acme, globex need a person", {}, { to: "Initech" })).toBe("review");
    expect(on("Refunds to payees other than acme, globex need a person", {}, { to: "Globex" })).toBe(null);
    expect(on("Any call must be denied when the destination is evil.example", { destination: "evil.example" })).toBe("deny");
    expect(on("Any call must be denied unless the principal is cfo@acme.example", { principal: "cfo@acme.example" })).toBe(null);
  });

  it.each([
    ["No refunds over 1,000 USD.", "Never refund over 1,000 USD."],
    ["Do not refund more than 500 USD.", "Never refund over 500 USD."],
    ["Refunds must not exceed 500 USD.", "Never refund over 500 USD."],
    ["Refunds for more than 200 USD need approval from two people", "Refunds over 200 USD need two reviewers"],
    ["Wire transfers need a person", "Transfers need a person"],
    ["Salary changes must be denied", "Payroll must be denied"],
    [
      "Refunds may be approved when category is office or software",
      "Refunds may be approved when category is one of office, software",
    ],
    ["Approve payments to payee acme up to 500 EUR", 'Payments to payee "acme" up to 500 EUR may be approved'],
    ["Deny when the payee is acme over 500 EUR", "Any call over 500 EUR must be denied when the payee is acme"],
    ["Deny when country is KP over 500 EUR", "Any call over 500 EUR must be denied when country is KP"],
  ])("%j says what %j says", (one, other) => {
    const read = (sentence: string) => {
      const parsed = parseRule(sentence);
      if (!parsed.ok) throw new Error(parsed.problem);
      return { ...parsed.rule, conditions: parsed.rule.conditions.map((each) => JSON.stringify(each)).toSorted() };
    };
    expect(read(one)).toEqual(read(other));
  });

  it.each([
    ["Refunds larger than 100 dollars need review", "dollars"],
    ["Payroll transfers need a person", "two acts"],
    ["Refunds must be small", "small"],
    ["Approve always", "Name a condition"],
    ["Approve when amount is at most a lot", "a lot"],
    ["Approve when the amount is fine", "fine"],
    ["Deny when ", "does not say enough"],
    ["Approve when country is one of US,,DE", ",DE"],
    ["Refunds up to 100 may be approved", "Name the currency"],
    ["Refunds up to 100 XQX may be approved", "no currency"],
    ["Refunds up to 1.234 USD may be approved", "too many digits"],
    ["Refunds should be approved", "leaves it open"],
    ["Bananas need a person", "Bananas"],
    ["Payments between 09:00 and 25:00 need a person", "no time of day"],
    ["Payments on weekends Mars/Olympus need a person", "no time zone"],
    ["Approve when country is one of DE, 5", "not both"],
  ])("says what it does not understand about %j", (sentence, why) => {
    const parsed = parseRule(sentence);
    expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(why) });
  });
});

describe("the language as a whole", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/);
  const value = fc.stringMatching(/^[A-Za-z0-9 _.@-]{1,16}$/).filter((text) => text.trim() === text && !text.includes("  "));
  const number = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 100 + 0);
  const money = fc.record({
    minor: fc.integer({ min: 0, max: 1e12 }),
    currency: fc.constantFrom("USD", "EUR", "JPY", "KWD"),
  });
  const comparison = fc.constantFrom("at_most", "over", "at_least", "under");
  const simple: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({
      on: fc.constant("argument"),
      path: fc.array(name, { minLength: 1, maxLength: 3 }),
      operator: comparison,
      value: number,
    }),
    fc.record({
      on: fc.constant("argument"),
      path: fc.array(name, { minLength: 1, maxLength: 2 }),
      operator: fc.constantFrom("is", "is_not"),
      value: fc.oneof(value, number, fc.boolean()),
    }),
    fc.record({
      on: fc.constant("argument"),
      path: fc.tuple(name),
      operator: fc.constant("one_of"),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      on: fc.constant("argument"),
      path: fc.tuple(name),
      operator: fc.constantFrom("same_as", "not_same_as"),
      other: fc.tuple(name),
    }),
    money.chain((amount) => comparison.map((operator) => ({ on: "amount", operator, ...amount }) as const)),
    fc.record({ on: fc.constantFrom(...namedFacts), operator: fc.constantFrom("is", "is_not"), values: fc.tuple(value) }),
    fc.record({ on: fc.constant("data"), category: fc.constantFrom("health", "personal", "card") }),
    fc.record({
      on: fc.constant("days"),
      are: fc.constantFrom("weekend", "weekdays"),
      zone: fc.constantFrom("UTC", "Europe/Berlin"),
    }),
    fc
      .uniqueArray(fc.integer({ min: 0, max: 1439 }), { minLength: 2, maxLength: 2 })
      .chain(([from = 0, to = 1]) => fc.boolean().map((within) => ({ on: "hours", from, to, within, zone: "UTC" }) as const)),
  ) as fc.Arbitrary<Condition>; // the records' constants are the union's tags
  const rate = fc.record({
    on: fc.constant("rate"),
    limit: fc.integer({ min: 0, max: 1000 }),
    window: fc.constantFrom("minute", "hour", "day", "week"),
    per: fc.constantFrom("agent", "principal", "tenant"),
    exceeded: fc.boolean(),
  }) as fc.Arbitrary<Condition>;
  const rule: fc.Arbitrary<Rule> = fc
    .tuple(
      fc.constantFrom("allow", "review", "deny"),
      fc.constantFrom(1, 2),
      fc.option(fc.constantFrom(...acts)),
      fc.array(simple, { minLength: 1, maxLength: 3 }),
      fc.option(rate),
      fc.option(fc.array(simple, { minLength: 1, maxLength: 2 })),
    )
    .map(([effect, approvals, act, conditions, counted, not]): Rule => {
      const scope = conditions.filter(({ on }) => on === "tool" || on === "agent");
      return {
        effect,
        approvals: effect === "review" ? approvals : 1,
        conditions: [
          ...(act === null ? [] : [{ on: "act", act } as const]),
          ...scope,
          ...(counted === null ? [] : [counted]),
          ...conditions.filter((condition) => !scope.includes(condition)),
          ...(not === null ? [] : [{ on: "unless", conditions: not } as const]),
        ],
      };
    });

  it("says a rule and reads it again as the same rule", () => {
    fc.assert(
      fc.property(rule, (written) => {
        const sentence = sayRule(written);
        expect({ sentence, ...parseRule(sentence) }).toEqual({ sentence, ok: true, rule: written });
      }),
    );
  });

  it("compiles every rule to Cedar that parses, whatever its texts hold", () => {
    fc.assert(
      fc.property(rule, fc.string({ unit: "grapheme" }), (written, anyText) => {
        const conditions: Condition[] = [...written.conditions, { on: "agent", operator: "is", values: [anyText] }];
        expect(policyToJson(toCedar({ ...written, conditions }, anyText))).toMatchObject({ type: "success" });
      }),
    );
  });

  it("never throws, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        for (const sentence of [text, `Approve when ${text}`, `Refunds ${text} need a person`, `Deny when amount is ${text}`])
          expect(parseRule(sentence)).toHaveProperty("ok");
      }),
    );
  });

  it("deny beats review beats allow, in any order", () => {
    const sentences = ["Approve when amount is at least 0", "Pause when amount is over 10", "Deny when amount is over 20"];
    fc.assert(
      fc.property(fc.shuffledSubarray(sentences, { minLength: 3 }), fc.integer({ min: 0, max: 400 }), (rules, tenths) => {
        const amount = tenths / 10;
        expect(effectOf(rules, callOf({ amount }))).toBe(amount > 20 ? "deny" : amount > 10 ? "review" : "allow");
      }),
    );
  });

  it("approves nothing that arithmetic of its own does not approve", () => {
    const set = setOf(["Refunds up to 100 USD may be approved.", "Never refund over 80 EUR."]);
    const args = fc.record({
      amount: fc.oneof(
        fc.integer(),
        fc.double(),
        fc.string(),
        fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100),
      ),
      currency: fc.oneof(fc.constantFrom("USD", "usd", "EUR", "JPY", "US"), fc.string()),
    });
    fc.assert(
      fc.property(args, ({ amount, currency }) => {
        const isAllowed =
          typeof amount === "number" &&
          currency.toUpperCase() === "USD" &&
          amount >= 0 &&
          amount <= 100 &&
          Number(amount.toFixed(2)) === amount;
        expect(settle(set, callOf({ amount, currency }), refunds).effect === "allow").toBe(isAllowed);
      }),
      { numRuns: 1000 },
    );
  });
});
