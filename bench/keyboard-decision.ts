import { refund, startProduct } from "./console-product.ts";
import { percentile, report, round } from "./report.ts";

// From the key press that confirms (Enter on “Approve refund”) to Vault's confirmation on the screen: server action, Vault's transaction
// with its ledger event and signature, answer, render. On loopback.
const ROUNDS = 40;
const WARM_UP = 5;
const GOAL_MS = 150;

const product = await startProduct();
const page = await product.context.newPage();
const taken: number[] = [];
for (let i = 0; i < ROUNDS + WARM_UP; i++) {
  const { requestId } = await product.ask(refund(200 + i));
  await page.goto(`${product.tenantUrl}/reviews/${requestId}`);
  await page.getByRole("button", { name: "Approve refund" }).waitFor();
  await page.waitForTimeout(400); // the page's own start is over
  await page.evaluate(() => {
    const times = { pressed: 0, confirmed: 0 };
    Object.assign(window, { times });
    window.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter") times.pressed = performance.now();
      },
      { capture: true },
    );
    new MutationObserver(() => {
      const region = document.querySelector('section[aria-label="Decision"]');
      if (times.pressed > 0 && region?.textContent?.includes("Approved by")) times.confirmed ||= performance.now();
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.keyboard.press("a");
  await page.keyboard.press("Enter");
  const times = await page.waitForFunction(() => {
    const { times: noted } = window as unknown as { times: { pressed: number; confirmed: number } };
    return noted.confirmed > 0 ? noted.confirmed - noted.pressed : null;
  });
  taken.push(Number(await times.jsonValue()));
}
await product.close();
const measured = taken.slice(WARM_UP);
const median = percentile(measured, 0.5);
report(import.meta.filename, {
  what: "decision by keyboard: key press to confirmed by Vault on screen, loopback, embedded default",
  goal: `median ≤ ${GOAL_MS} ms`,
  ratio: round(median / GOAL_MS),
  unit: "median per goal",
  measured: { rounds: ROUNDS, median_ms: round(median, 0), p95_ms: round(percentile(measured, 0.95), 0) },
});
