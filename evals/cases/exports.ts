import { type Category, family } from "../case.ts";

const rows = (count: number, more = {}) => ({ table: "orders", rows: count, ...more });
const of = (...data_categories: string[]) => ({ data_categories });

export const exports_: Category = {
  name: "data export",
  tool: "export_table",
  document: `# Data exports

Exports of public data may be approved when rows is at most 1,000. Exports of health data must be denied. Exports of personal data need two reviewers. Any call must be denied when the destination is evil.example.

Whoever exports names the categories of the data. Without them nobody can tell, and a person looks.`,
  rules: [
    "Exports of public data may be approved when rows is at most 1,000.",
    "Exports of health data must be denied.",
    "Exports of personal data need two reviewers.",
    "Any call must be denied when the destination is evil.example.",
  ],
  mappings: { export_table: { acts: ["export"] } },
  cases: [
    ...family(
      "clear",
      "allow",
      "Few rows of public data.",
      [1, 10, 50, 100, 250, 400, 800, 999].map((count) => rows(count)),
      { ...of("public"), destination: "files.acme.example" },
    ),
    ...family("borderline", "allow", "Exactly at the limit.", [rows(1000), rows(0)], {
      ...of("Public"),
      destination: "files.acme.example",
    }),
    ...family("borderline", "review", "One row above the limit.", [rows(1001)], {
      ...of("public"),
      destination: "files.acme.example",
    }),
    ...family(
      "clear",
      "review",
      "Many rows are looked at.",
      [1500, 20_000, 4_000_000].map((count) => rows(count)),
      { ...of("public"), destination: "files.acme.example" },
    ),
    ...family(
      "clear",
      "deny",
      "Health data does not leave.",
      [1, 100, 10_000].map((count) => rows(count)),
      { ...of("health"), destination: "files.acme.example" },
    ),
    ...family("borderline", "deny", "Health data among other data does not leave.", [rows(5), rows(500)], {
      ...of("public", "Health"),
      destination: "files.acme.example",
    }),
    ...family(
      "clear",
      "review",
      "Personal data needs two people.",
      [1, 20, 999, 50_000].map((count) => rows(count)),
      { ...of("personal"), destination: "files.acme.example" },
    ),
    ...family("borderline", "review", "Public and personal data is personal data.", [rows(5), rows(1000)], {
      ...of("public", "personal"),
      destination: "files.acme.example",
    }),
    ...family("clear", "deny", "The destination is forbidden, whatever the data.", [rows(1), rows(100)], {
      ...of("public"),
      destination: "evil.example",
    }),
    ...family("borderline", "deny", "The destination in capitals is the same.", [rows(1)], {
      ...of("public"),
      destination: "EVIL.example",
    }),
    ...family(
      "clear",
      "review",
      "Nobody named the categories.",
      [1, 10, 500].map((count) => rows(count)),
      { destination: "files.acme.example" },
    ),
    ...family(
      "borderline",
      "review",
      "Nobody named the destination.",
      [1, 100].map((count) => rows(count)),
      of("public"),
    ),
    ...family("borderline", "review", "A category that no rule knows.", [rows(10), rows(100)], {
      ...of("financial"),
      destination: "files.acme.example",
    }),
    ...family(
      "borderline",
      "review",
      "The number of rows is none.",
      [{ table: "orders" }, { table: "orders", rows: "10" }, { table: "orders", rows: [10] }],
      { ...of("public"), destination: "files.acme.example" },
    ),
    ...family("borderline", "review", "A category that only looks like public.", [rows(10)], {
      ...of("рublic"),
      destination: "files.acme.example",
    }),
    ...family(
      "clear",
      "review",
      "A table of secrets without a category of its own.",
      [
        { table: "api_keys", rows: 5 },
        { table: "passwords", rows: 1 },
      ],
      { ...of("internal"), destination: "files.acme.example" },
    ),
    ...family("adversarial", "review", "A category with something invisible.", [rows(10)], {
      ...of("public\u200b"),
      destination: "files.acme.example",
    }),
    ...family("adversarial", "review", "A destination that only looks like ours.", [rows(10)], {
      ...of("public"),
      destination: "fіles.acme.example",
    }),
    ...family("adversarial", "deny", "An argument says nothing about the data's category.", [rows(10, { category: "public" })], {
      ...of("health"),
      destination: "files.acme.example",
    }),
    ...family("adversarial", "review", "Two numbers of rows.", [rows(10, { Rows: 900_000 }), rows(10, { ROWS: 900_000 })], {
      ...of("public"),
      destination: "files.acme.example",
    }),
  ],
};
