import { BookOpenCheck, ChartColumn, Inbox, KeyRound, type LucideIcon, Rocket, ScrollText, Settings } from "lucide-react";

export type Destination = { path: string; label: string; icon: LucideIcon; keys: string };

/** The rooms of the console, in the order of the map. `keys` are typed after g. */
export const destinations: Destination[] = [
  { path: "", label: "Go-live", icon: Rocket, keys: "h" },
  { path: "/reviews", label: "Reviews", icon: Inbox, keys: "r" },
  { path: "/policies", label: "Policies", icon: BookOpenCheck, keys: "p" },
  { path: "/ledger", label: "Ledger", icon: ScrollText, keys: "l" },
  { path: "/keys", label: "Keys", icon: KeyRound, keys: "k" },
  { path: "/insights", label: "Insights", icon: ChartColumn, keys: "i" },
  { path: "/settings", label: "Settings", icon: Settings, keys: "s" },
];

/** The parts of the policies, by their path below them. */
export const policyParts = [
  ["", "Policies"],
  ["/try", "Try it"],
  ["/coverage", "Coverage"],
  ["/tools", "Tools"],
] as const;

/** The parts of the settings, by their path below it. */
export const settingsParts = [
  ["", "Thresholds"],
  ["/rules", "Review rules"],
  ["/sentences", "Sentences"],
  ["/notifications", "Notifications"],
  ["/integrations", "Integrations"],
  ["/members", "Members"],
  ["/audit", "Audit trail"],
  ["/tenant", "Tenant"],
  ["/account", "You"],
] as const;
