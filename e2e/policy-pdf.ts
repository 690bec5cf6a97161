import { pdf } from "@ledgix/judge/parse/hostile-files";

/** A policy handbook of 40 pages, as a company has one: most of it prose, a few sentences that decide. */
export function policyHandbook(): Promise<Uint8Array> {
  const chapters = [
    "Purpose",
    "Scope",
    "Roles",
    "Refunds",
    "Payments",
    "Fraud",
    "Records",
    "Complaints",
    "Training",
    "Review of this policy",
  ];
  const rules: Record<string, string> = {
    "Refunds 2": "Refunds up to 100 USD may be approved automatically, at most 20 an hour per agent.",
    "Refunds 3": "Refunds over 1,000 USD need two reviewers.",
    "Fraud 2": "Never refund over 5,000 USD.",
    "Fraud 3": "Never refund to a card that was not charged.",
    "Payments 2": "Payments over 10,000 EUR need two reviewers.",
  };
  const pages = chapters.flatMap((chapter, number) =>
    [1, 2, 3, 4].map((part) => {
      const rule = rules[`${chapter} ${part}`];
      return [
        `# ${number + 1} ${chapter}`,
        `## ${number + 1}.${part} ${["Principles", "Limits", "Exceptions", "Examples"][part - 1]}`,
        `The ${chapter.toLowerCase()} chapter describes how the team works with customers of Acme, and what it expects of software that acts for it. It is read together with the other chapters, and with the contract that the customer has signed.`,
        ...(rule ? [rule] : []),
        `Whoever acts under part ${number + 1}.${part} keeps a record of what was done, for whom, and why. The record names the case, and stays with it for as long as the law asks. Questions go to the owner of this handbook.`,
      ].join("\n\n");
    }),
  );
  return pdf(pages, { info: { Title: "Acme refund and payment handbook" } });
}
