import { gzipSync } from "node:zlib";
import { refund, startProduct } from "./console-product.ts";
import { report, round } from "./report.ts";

// The JavaScript that the review queue needs to be used: every script that the document names and that those load before the page rests,
// without what is fetched ahead for rooms that may be opened next. Each is compressed by itself, as a server would.
const GOAL_KB = 200;

const product = await startProduct();
await product.ask(refund(200));
const page = await product.context.newPage();
// Next fetches ahead for links in view; that is not the queue's.
await page.route("**/*", (route) => (route.request().headers()["next-router-prefetch"] ? route.abort() : route.continue()));
const sizes = new Map<string, number>();
page.on("response", async (response) => {
  if (response.request().resourceType() !== "script") return;
  const body = await response.body().catch(() => null);
  if (body) sizes.set(new URL(response.url()).pathname, gzipSync(body).length);
});
await page.goto(`${product.tenantUrl}/reviews`);
await page.getByRole("list", { name: "Paused requests" }).getByRole("listitem").first().waitFor();
await page.waitForLoadState("networkidle").catch(() => {}); // the event stream stays open
await page.waitForTimeout(1_500);
await product.close();
const total = [...sizes.values()].reduce((sum, size) => sum + size, 0) / 1024;
const largest = [...sizes.entries()].toSorted((a, b) => b[1] - a[1]).slice(0, 5);
report(import.meta.filename, {
  what: "JavaScript of the review queue, first load, gzip",
  goal: `≤ ${GOAL_KB} kB`,
  ratio: round(total / GOAL_KB),
  unit: "kilobytes per goal",
  measured: {
    kilobytes: round(total, 1),
    scripts: sizes.size,
    ...Object.fromEntries(largest.map(([, size], place) => [`largest_${place + 1}_kb`, round(size / 1024, 1)])),
  },
});
