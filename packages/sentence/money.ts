import type { JsonObject } from "@ledgix/contract/json";

/** An amount in major units, and its currency where the call names one. */
export type Money = { amount: number; currency: string | null };

/** The amount of a call. A name that says cents or minor is divided; any other is taken as it stands, in major units. */
export function amountIn(args: JsonObject): Money | null {
  const currency = typeof args.currency === "string" ? args.currency : null;
  for (const [name, value] of Object.entries(args)) {
    if (typeof value !== "number" || !/^amount/i.test(name)) continue;
    return { amount: /cents|minor/i.test(name) ? value / 100 : value, currency };
  }
  return null;
}

/** "$1,240.00". A currency that is none is written behind the number; without one the number stands alone. */
export function formatMoney({ amount, currency }: Money): string {
  if (currency === null) return formatNumber(amount);
  try {
    return new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase() }).format(amount);
  } catch {
    return `${formatNumber(amount)} ${currency}`;
  }
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat("en-US").format(value);
}

/** "$3,410.00", or "$3,000.00 and €410.00": the sum by currency of the calls that carry an amount; null where none does. */
export function totalOf(calls: readonly JsonObject[]): string | null {
  const sums = new Map<string | null, number>();
  for (const args of calls) {
    const money = amountIn(args);
    if (money === null) continue;
    const currency = money.currency?.toUpperCase() ?? null;
    sums.set(currency, (sums.get(currency) ?? 0) + money.amount);
  }
  const parts = [...sums].map(([currency, amount]) => formatMoney({ amount, currency }));
  return parts.length === 0 ? null : parts.join(" and ");
}
