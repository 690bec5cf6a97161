import { refund, startProduct } from "./console-product.ts";
import { percentile, report, round } from "./report.ts";

// From Vault's answer `pending_review` to the case's row on an open reviewer's queue: outbox, event stream, refetch and render. Both ends
// are this machine's one clock.
const ROUNDS = 40;
const GOAL_MS = 300;

const product = await startProduct();
const page = await product.context.newPage();
await page.goto(`${product.tenantUrl}/reviews`);
await page.getByText("Nothing waits for you").waitFor();
// Notes when each case's row first stands in the page.
await page.evaluate(() => {
  const seen: Record<string, number> = {};
  Object.assign(window, { seen });
  new MutationObserver(() => {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-testid="queue"] a')) {
      const id = link.pathname.split("/").at(-1) ?? "";
      seen[id] ??= Date.now();
    }
  }).observe(document.body, { childList: true, subtree: true });
});
const taken: number[] = [];
for (let i = 0; i < ROUNDS; i++) {
  const { requestId, answeredAt } = await product.ask(refund(200 + i));
  const at = await page.waitForFunction((id) => (window as unknown as { seen: Record<string, number> }).seen[id], requestId);
  taken.push(Number(await at.jsonValue()) - answeredAt);
  await page.waitForTimeout(50);
}
await product.close();
const median = percentile(taken, 0.5);
report(import.meta.filename, {
  what: "from Vault's answer pending_review to the case on an open reviewer's screen, embedded default",
  goal: `median ≤ ${GOAL_MS} ms`,
  ratio: round(median / GOAL_MS),
  unit: "median per goal",
  measured: { rounds: ROUNDS, median_ms: median, p95_ms: percentile(taken, 0.95), max_ms: Math.max(...taken) },
});
