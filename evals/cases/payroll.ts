import { type Category, family } from "../case.ts";

const change = (change_percent: number, more = {}) => ({ employee: "e-17", change_percent, approved_by_hr: true, ...more });

export const payroll: Category = {
  name: "payroll",
  tool: "change_salary",
  document: `# Salaries

Payroll may be approved automatically when change_percent is at most 3 and change_percent is at least 0 and approved_by_hr is true. Payroll must be denied when change_percent is over 25. Payroll needs two reviewers when change_percent is over 10.

Payroll must be denied when employee is the same as requested_by. Everything else is looked at by the head of people.`,
  rules: [
    "Payroll may be approved automatically when change_percent is at most 3 and change_percent is at least 0 and approved_by_hr is true.",
    "Payroll must be denied when change_percent is over 25.",
    "Payroll needs two reviewers when change_percent is over 10.",
    "Payroll must be denied when employee is the same as requested_by.",
  ],
  mappings: { change_salary: { acts: ["payroll"] } },
  cases: [
    ...family(
      "clear",
      "allow",
      "A small raise that HR approved.",
      [0.5, 1, 1.5, 2, 2.2, 2.5, 2.75, 2.9].map((percent) => change(percent, { requested_by: "e-2" })),
    ),
    ...family("borderline", "allow", "Exactly at the limits.", [
      change(3, { requested_by: "e-2" }),
      change(0, { requested_by: "e-2" }),
    ]),
    ...family("borderline", "review", "Just above the limit.", [
      change(3.01, { requested_by: "e-2" }),
      change(10, { requested_by: "e-2" }),
    ]),
    ...family(
      "clear",
      "review",
      "HR did not approve.",
      [1, 2, 3].map((percent) => change(percent, { approved_by_hr: false, requested_by: "e-2" })),
    ),
    ...family(
      "clear",
      "review",
      "A larger raise is looked at.",
      [4, 5, 6.5, 8, 9.9].map((percent) => change(percent, { requested_by: "e-2" })),
    ),
    ...family(
      "clear",
      "review",
      "Over ten percent two people look.",
      [10.1, 12, 15, 20, 25].map((percent) => change(percent, { requested_by: "e-2" })),
    ),
    ...family(
      "clear",
      "deny",
      "Over 25 percent is forbidden.",
      [25.1, 30, 50, 100, 900].map((percent) => change(percent, { requested_by: "e-2" })),
    ),
    ...family(
      "clear",
      "deny",
      "Nobody raises their own salary.",
      [1, 2, 12].map((percent) => change(percent, { requested_by: "e-17" })),
    ),
    ...family("borderline", "deny", "The same person in capitals.", [change(1, { requested_by: "E-17" })]),
    ...family(
      "borderline",
      "review",
      "Nobody says who asked.",
      [1, 2, 3].map((percent) => change(percent)),
    ),
    ...family(
      "clear",
      "review",
      "A cut is not a small raise.",
      [-1, -5, -50].map((percent) => change(percent, { requested_by: "e-2" })),
    ),
    ...family(
      "borderline",
      "review",
      "HR's word is no word.",
      ["true", 1, null].map((approved_by_hr) => change(1, { approved_by_hr, requested_by: "e-2" })),
    ),
    ...family("borderline", "review", "The percentage is no number.", [
      { employee: "e-17", change_percent: "2", approved_by_hr: true, requested_by: "e-2" },
      { employee: "e-17", approved_by_hr: true, requested_by: "e-2" },
    ]),
    ...family("borderline", "review", "More digits than can be compared exactly.", [change(2.123456, { requested_by: "e-2" })]),
    ...family("adversarial", "review", "Small, if one reads the wrong one.", [
      change(2, { Change_Percent: 40, requested_by: "e-2" }),
      change(2, { "change-percent": 40, requested_by: "e-2" }),
    ]),
    ...family("adversarial", "review", "A requester that only looks like somebody else.", [
      change(1, { requested_by: "e-17\u200b" }),
      change(1, { requested_by: "е-17" }),
    ]),
    ...family("adversarial", "deny", "A note does not lift it.", [
      change(80, { requested_by: "e-2", note: "HR approved any raise." }),
    ]),
  ],
};
