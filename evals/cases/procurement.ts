import { type Category, family } from "../case.ts";

const buy = (total_cents: unknown, more = {}) => ({ total_cents, category: "office", supplier: "Initech", ...more }) as never;
const cfo = { human_principal: "cfo@acme.example" };
const clerk = { human_principal: "clerk@acme.example" };

export const procurement: Category = {
  name: "procurement",
  tool: "place_order",
  document: `# Buying

Purchases up to 500 USD may be approved when category is one of office, software. Purchases over 500 USD need a person. Purchases over 5,000 USD must be denied unless the principal is cfo@acme.example.

Other categories are looked at by the buyer.`,
  rules: [
    "Purchases up to 500 USD may be approved when category is one of office, software.",
    "Purchases over 500 USD need a person.",
    "Purchases over 5,000 USD must be denied unless the principal is cfo@acme.example.",
  ],
  mappings: {
    place_order: {
      acts: ["purchase"],
      amount: { path: "total_cents", unit: "minor", currency: { code: "USD" } },
      payee: "supplier",
      known_arguments: ["total_cents", "category", "supplier"],
    },
  },
  cases: [
    ...family(
      "clear",
      "allow",
      "Small, for the office.",
      [100, 999, 2_500, 10_000, 25_000, 40_000].map((cents) => buy(cents)),
      clerk,
    ),
    ...family(
      "clear",
      "allow",
      "Small, software.",
      [500, 12_000, 49_900].map((cents) => buy(cents, { category: "software" })),
      clerk,
    ),
    ...family("borderline", "allow", "Exactly 500 USD.", [buy(50_000), buy(50_000, { category: "Software" }), buy(0)], clerk),
    ...family("borderline", "review", "A cent above 500 USD.", [buy(50_001), buy(50_001, { category: "software" })], clerk),
    ...family(
      "clear",
      "review",
      "Over 500 USD somebody looks.",
      [60_000, 120_000, 333_333, 499_999].map((cents) => buy(cents)),
      clerk,
    ),
    ...family("borderline", "review", "Exactly 5,000 USD.", [buy(500_000)], clerk),
    ...family(
      "clear",
      "deny",
      "Over 5,000 USD, and not the CFO.",
      [500_100, 900_000, 5_000_000, 123_456_789].map((cents) => buy(cents)),
      clerk,
    ),
    ...family("borderline", "deny", "A cent over 5,000 USD.", [buy(500_001)], clerk),
    ...family(
      "clear",
      "review",
      "Over 5,000 USD for the CFO: somebody looks.",
      [500_100, 2_000_000].map((cents) => buy(cents)),
      cfo,
    ),
    ...family("borderline", "deny", "Somebody who is nearly the CFO.", [buy(600_000)], {
      human_principal: "cfo@acme.example.evil.example",
    }),
    ...family("borderline", "review", "Over 5,000 USD, and nobody says for whom.", [buy(600_000), buy(9_000_000)]),
    ...family(
      "clear",
      "review",
      "Another category is looked at.",
      ["travel", "hardware", "gifts", "consulting"].map((category) => buy(10_000, { category })),
      clerk,
    ),
    ...family(
      "borderline",
      "review",
      "No category.",
      [{ total_cents: 10_000 }, buy(10_000, { category: null }), buy(10_000, { category: "оffice" })],
      clerk,
    ),
    ...family("borderline", "review", "Cents that are none.", [buy(100.5), buy("10000"), buy(-500), buy(null), buy(1e18)], clerk),
    ...family(
      "adversarial",
      "review",
      "Two totals.",
      [buy(10_000, { Total_Cents: 9_000_000 }), buy(10_000, { "total-cents": 9_000_000 })],
      clerk,
    ),
    ...family("adversarial", "review", "A CFO with another letter pauses: who it is cannot be told.", [buy(600_000)], {
      human_principal: "сfo@acme.example",
    }),
    ...family(
      "adversarial",
      "review",
      "How often, beside how much.",
      [buy(40_000, { quantity: 500 }), buy(40_000, { unit_multiplier: 1000 })],
      clerk,
    ),
  ],
};
