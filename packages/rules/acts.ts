/** What tools do, by the words that sentences and tools' names use for it. */
const words: Record<string, string[]> = {
  refund: ["refund", "refunds", "refunding"],
  payment: ["payment", "payments", "pay"],
  payout: ["payout", "payouts", "disbursement", "disbursements", "disburse"],
  charge: ["charge", "charges"],
  transfer: ["transfer", "transfers", "wire", "wires", "remittance", "remittances"],
  payroll: ["payroll", "salary", "salaries", "payslip", "payslips"],
  purchase: ["purchase", "purchases", "buy", "order", "orders", "procurement", "procure"],
  invoice: ["invoice", "invoices"],
  deletion: [
    "deletion",
    "deletions",
    "delete",
    "erase",
    "erasure",
    "purge",
    "removal",
    "removals",
    "remove",
    "closure",
    "closures",
  ],
  export: ["export", "exports", "download", "downloads", "dump", "dumps"],
  message: ["message", "messages", "email", "emails", "e-mail", "e-mails", "mail", "mails", "sms", "send"],
  deployment: ["deployment", "deployments", "deploy", "release", "releases", "rollout", "rollouts"],
  shutdown: ["shutdown", "shutdowns", "terminate", "termination", "terminations", "restart", "restarts", "destroy"],
  update: ["update", "updates", "change", "changes", "edit", "edits"],
  discount: ["discount", "discounts", "credit", "credits", "voucher", "vouchers"],
};

const actOfWord = new Map(Object.entries(words).flatMap(([act, forms]) => forms.map((form) => [form, act] as const)));

/** Every act that the language knows, by its noun. */
export const acts: readonly string[] = Object.keys(words);

/** The act that a word stands for: "refund" for "Refunds"; null for a word that is none. */
export const actOf = (word: string): string | null => actOfWord.get(word.toLowerCase()) ?? null;

/** What a tool does, by the words of its name: refund for `stripe_refund`. A name may say several things, or none. */
export function actsByName(toolName: string): string[] {
  const parts = toolName
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  return [...new Set(parts.flatMap((part) => actOf(part) ?? []))];
}

/** The noun in the plural, as a sentence begins with it. */
export const pluralOf = (act: string): string => words[act]?.find((form) => form.endsWith("s") && form !== act) ?? act;
