import type { JsonObject } from "@ledgix/contract/json";
import type { Verdict } from "@ledgix/contract/judge";
import type { ToolMapping } from "@ledgix/contract/tool";
import type { z } from "zod";

/** A call with the verdict that a careful person gives it under the category's policy, and why. */
export type LabelledCase = {
  kind: "clear" | "borderline" | "adversarial";
  tool_name?: string;
  tool_args: JsonObject;
  label: Verdict;
  why: string;
  agent_id?: string;
  human_principal?: string;
  data_categories?: string[];
  destination?: string;
  purpose?: string;
  at?: string;
};

/** One line of business: its policy as a company writes it, what its tools' arguments mean, and cases with their verdicts. */
export type Category = {
  name: string;
  tool: string;
  /** Markdown. Its rules are sentences of it. */
  document: string;
  rules: string[];
  mappings: Record<string, z.input<typeof import("@ledgix/contract/tool").toolMapping>>;
  terms?: Record<string, string>;
  cases: LabelledCase[];
};
export type { ToolMapping };

type More = Partial<Omit<LabelledCase, "kind" | "label" | "why" | "tool_args">>;

/** Cases of one kind with one verdict for one reason. */
export function family(
  kind: LabelledCase["kind"],
  label: Verdict,
  why: string,
  calls: JsonObject[],
  more: More = {},
): LabelledCase[] {
  return calls.map((tool_args) => ({ kind, label, why, tool_args, ...more }));
}
