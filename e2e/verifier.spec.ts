import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { proofBundle } from "@ledgix/contract/ledger";
import { expect, test } from "@playwright/test";
import { ask, callVault, createKey, signUp } from "./support.ts";

const root = join(import.meta.dirname, "..");

test("the verifier, as a stranger takes it, checks a bundle in a browser by WebCrypto alone", async ({ page, browser }) => {
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "packages/verifier")]);
  await signUp(page);
  const key = await createKey(page);
  const id = await ask(key);
  await expect.poll(async () => (await callVault(key, "GET", `/ledger/proof/bundle?request_id=${id}`)).status).toBe(200);
  const bundle = proofBundle.parse((await callVault(key, "GET", `/ledger/proof/bundle?request_id=${id}`)).body);

  // A site of nobody's, with the built files and nothing else.
  const stranger = await (await browser.newContext()).newPage();
  const site = "https://stranger.example";
  await stranger.route(`${site}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === "") return route.fulfill({ contentType: "text/html", body: "<title>Stranger</title>" });
    return route.fulfill({
      contentType: "text/javascript",
      body: await readFile(join(root, "packages/verifier/dist", name), "utf8"),
    });
  });
  await stranger.goto(site);
  const verify = (given: unknown) =>
    stranger.evaluate(
      async ([address, value]) => {
        const { verifyBundle } = await import(`${address}/index.js`);
        return verifyBundle(value);
      },
      [site, given] as const,
    );
  expect(await verify(bundle)).toMatchObject({
    isIntact: true,
    notChecked: expect.arrayContaining([expect.stringContaining("anchor")]),
  });
  expect(await verify({ ...bundle, event: { ...bundle.event, reason: "other" } })).toMatchObject({ isIntact: false });
});
