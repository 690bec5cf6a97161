import { readFile } from "node:fs/promises";
import { verifyLog } from "@ledgix/verifier";
import { expect, type Page, test } from "@playwright/test";
import { ask, callVault, collectComplaints, createKey, expectAccessible, refund, signUp } from "./support.ts";
import { join } from "./support-people.ts";

const entries = (page: Page) => page.getByRole("list", { name: "Ledger entries" }).getByRole("listitem");

test("a compliance officer finds, reads, verifies and exports the ledger, and changes nothing", async ({ page, browser }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const id = await ask(key);
  await ask(key, { ...refund, tool_name: "export_customers", agent_id: "=HYPERLINK(1)" });
  await page.goto(`${tenant}/reviews/${id}`);
  await page.getByRole("button", { name: "Approve refund" }).click();
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Approved by");
  const { token } = (await callVault(key, "GET", `/clearance-status/${id}`)).body;
  await callVault(key, "POST", "/consume-token", { token });
  const { page: officer } = await join(browser, page, tenant, "compliance");
  const complaints = collectComplaints(officer);

  await test.step("find", async () => {
    await officer.goto(`${tenant}/ledger`);
    await expect(entries(officer)).toHaveCount(4);
    await expectAccessible(officer);
    await officer.getByRole("button", { name: "Filter" }).click();
    await officer.getByLabel("Decided in").selectOption("console");
    await officer.getByRole("button", { name: "Show entries" }).click();
    await expect(officer).toHaveURL(/channel=console/);
    await expect(entries(officer)).toHaveCount(1);
    await officer.getByRole("button", { name: /Take away the filter/ }).click();
    await expect(entries(officer)).toHaveCount(4);
    // Dragging over the newest column narrows the time.
    const chart = await officer.getByTestId("density").boundingBox();
    if (!chart) throw new Error("There is no chart.");
    await officer.mouse.move(chart.x + chart.width - 3, chart.y + 20);
    await officer.mouse.down();
    await officer.mouse.move(chart.x + chart.width - 2, chart.y + 20);
    await officer.mouse.up();
    await expect(officer).toHaveURL(/from=.*&to=/);
    await expect(entries(officer).first()).toBeVisible();
  });

  await test.step("read one", async () => {
    await officer.goto(`${tenant}/ledger?request_id=${id}`);
    await entries(officer).first().getByRole("link").click();
    const lifeline = officer.getByRole("list", { name: "Lifeline" }).getByRole("listitem");
    await expect(lifeline).toContainText(["Paused for a person", "Approved", "Token used"]);
    await expect(officer.getByTestId("verdict")).toHaveText("Verified in your browser");
    await expect(officer.getByRole("img", { name: /make the root of/ })).toBeVisible();
    await officer.keyboard.press("r");
    await expect(officer.getByText("Event, deterministic CBOR, in hex")).toBeVisible();
    await expectAccessible(officer);
  });

  await test.step("checkpoints", async () => {
    await officer.goto(`${tenant}/ledger/checkpoints`);
    await expect(officer.getByRole("list", { name: "Checkpoints" }).getByRole("listitem").last()).toContainText("#1");
    await expect(officer.getByRole("list", { name: "Checkpoints" })).toContainText("anchored");
    await expectAccessible(officer);
  });

  await test.step("verify all of it", async () => {
    await officer.goto(`${tenant}/ledger/verify`);
    await expectAccessible(officer);
    await officer.getByRole("button", { name: "Verify the whole ledger" }).click();
    await expect(officer.getByTestId("verdict")).toHaveText("The ledger is intact");
    await expect(officer.getByText("compare the newest checkpoint with its anchor")).toBeVisible();
    await expectAccessible(officer);
  });

  await test.step("export", async () => {
    await officer.goto(`${tenant}/ledger`);
    const download = async (format: string) => {
      await officer.getByRole("button", { name: "Export" }).click();
      await officer.getByLabel("Format").selectOption(format);
      await expectAccessible(officer);
      const downloading = officer.waitForEvent("download");
      await officer.getByRole("dialog").getByRole("button", { name: "Export" }).click();
      const text = await readFile(await (await downloading).path(), "utf8");
      await expect(officer.getByRole("dialog")).toHaveCount(0);
      return text.trim().split(/\r?\n/);
    };
    const csv = await download("csv");
    expect(csv).toHaveLength(5);
    expect(csv.join("\n")).toContain("'=HYPERLINK(1)");
    expect(csv.join("\n")).not.toMatch(/(^|,)"?=HYPERLINK/m);
    const lines = await download("jsonl");
    const seqs = lines.map((line) => JSON.parse(line).seq).filter(Boolean);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(seqs).toHaveLength(4);
    // The file is a log that verifies offline, apart from everything that made it.
    expect(await verifyLog(lines)).toMatchObject({ isIntact: true });
    const changed = lines.map((line) => line.replace("cus_123", "cus_999"));
    expect(changed).not.toEqual(lines);
    expect(await verifyLog(changed)).toMatchObject({ isIntact: false });
  });

  // Reads, and changes nothing: what would change something is not offered.
  await officer.goto(`${tenant}/reviews/${id}`);
  await expect(officer.getByRole("button", { name: "Comment" })).toHaveCount(0);
  await officer.goto(`${tenant}/settings/notifications`);
  await expect(officer.getByRole("button", { name: "Add route" })).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test("an owner redacts a settled request: what it said is gone, and its proof holds", async ({ page }) => {
  const tenant = await signUp(page);
  const key = await createKey(page);
  const id = await ask(key);
  await page.goto(`${tenant}/reviews/${id}`);
  await page.getByLabel("Reason").fill("Not this one");
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("region", { name: "Decision" })).toContainText("Denied by");
  await page.goto(`${tenant}/ledger?request_id=${id}`);
  await entries(page).first().getByRole("link").click();
  await expect(page.getByTestId("verdict")).toHaveText("Verified in your browser");
  await expect(page.getByText("Not this one")).toBeVisible();

  await page.getByRole("button", { name: "Redact…" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Redact for good" }).click();
  await expect(page.getByRole("alert")).toContainText("Say why");
  await page.getByLabel("Reason").fill("Ticket 1234");
  await page.getByRole("button", { name: "Redact for good" }).click();
  await expect(page.getByText("what the event said is gone")).toBeVisible();
  await expect(page.getByText("Not this one")).toHaveCount(0);
  await expect(page.getByText("its hash cannot be computed here")).toBeVisible(); // checked again, without its content
  await expect(page.getByRole("list", { name: "Lifeline" })).toContainText("Content redacted");
  await expect(page.getByTestId("verdict")).toHaveText("Verified in your browser");
  await expect(page.getByRole("button", { name: "Redact…" })).toHaveCount(0);

  await page.getByRole("link", { name: "open the case" }).click();
  await expect(page.getByText("What the request said is gone for good")).toBeVisible();
  await expect(page.getByRole("article").getByRole("heading", { level: 1 })).toContainText("what it said is redacted");
  await expect(page.getByRole("heading", { name: "Arguments" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Comment" })).toHaveCount(0);
  await expectAccessible(page);
});
