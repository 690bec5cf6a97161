import { type Browser, expect, type Page, test } from "@playwright/test";
import { ask, createKey, expectAccessible, expectNoSidewaysScroll, newEmail, signUp } from "./support.ts";
import { join } from "./support-people.ts";

// Two admins with the same page open. Whoever saves second sees what the first one changed, loses nothing, and undoes nothing.

type People = { tenant: string; first: Page; second: Page; firstEmail: string };

async function twoAdmins(page: Page, browser: Browser): Promise<People> {
  const firstEmail = newEmail();
  const tenant = await signUp(page, firstEmail);
  const { page: second } = await join(browser, page, tenant, "admin");
  return { tenant, first: page, second, firstEmail };
}

const both = ({ first, second, tenant }: People, path: string) =>
  Promise.all([first.goto(`${tenant}${path}`), second.goto(`${tenant}${path}`)]);
const conflict = (page: Page) => page.getByRole("dialog", { name: /saved before you/ });
const theirs = (page: Page) => conflict(page).getByRole("list", { name: "What changed since you opened this" });
const mine = (page: Page) => conflict(page).getByRole("list", { name: "What you changed" });
const listed = (page: Page, name: string) => page.getByRole("list", { name, exact: true });

async function addRule(page: Page, name: string, people = "One person"): Promise<void> {
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByLabel("People").selectOption(people);
  await page.getByRole("button", { name: "Save rule" }).click();
  await expect(listed(page, "Review rules")).toContainText(name);
}
async function deleteRule(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Delete ${name}` }).click();
  await page.getByRole("button", { name: "Delete rule" }).click();
}

test("a rule that another admin added or deleted stays so, whatever a stale tab saves", async ({ page, browser }) => {
  const people = await twoAdmins(page, browser);
  const { first, second, firstEmail } = people;
  await first.goto(`${people.tenant}/settings/rules`);
  await addRule(first, "Old rule");
  await addRule(first, "Small refunds");
  await both(people, "/settings/rules");

  // While the second one types, the first one adds a rule for two people and deletes another.
  await second.getByRole("button", { name: "Edit Small refunds" }).click();
  await second.getByRole("dialog").getByLabel("Name").fill("Small payouts");
  await addRule(first, "Large refunds", "Two different people");
  await deleteRule(first, "Old rule");
  await expect(listed(first, "Review rules")).not.toContainText("Old rule");
  await second.getByRole("button", { name: "Save rule" }).click();

  await expect(conflict(second)).toContainText(`${firstEmail} saved before you`);
  await expect(theirs(second)).toContainText("Rule “Large refunds”");
  await expect(theirs(second)).toContainText("Two people: anybody who decides");
  await expect(theirs(second)).toContainText("Rule “Old rule”");
  await expect(theirs(second)).toContainText(`by ${firstEmail}`);
  await expect(mine(second)).toContainText("Small payouts");
  await expect(mine(second).getByRole("listitem")).toHaveCount(1);
  await expectAccessible(second);
  await second.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(second);
  await second.setViewportSize({ width: 1280, height: 800 });

  // What was typed is kept, and what is saved next is laid on top of theirs.
  await conflict(second).getByRole("button", { name: "Go on editing" }).click();
  await expect(second.getByRole("dialog").getByLabel("Name")).toHaveValue("Small payouts");
  await second.getByRole("button", { name: "Save rule" }).click();
  await expect(second.getByRole("dialog")).toHaveCount(0);
  for (const admin of [first, second]) {
    await admin.goto(`${people.tenant}/settings/rules`);
    await expect(listed(admin, "Review rules").getByRole("listitem")).toContainText(["Small payouts", "Large refunds"]);
    await expect(listed(admin, "Review rules")).not.toContainText("Old rule");
  }

  // Without a form: a deletion from a stale list takes nothing else with it, and one who changed the same is not overruled.
  await addRule(first, "Wires", "Two different people");
  await deleteRule(second, "Small payouts");
  await conflict(second).getByRole("button", { name: "Keep mine on top of theirs" }).click();
  await expect(listed(second, "Review rules").getByRole("listitem")).toContainText(["Large refunds", "Wires"]);
  await first.getByRole("button", { name: "Edit Wires" }).click();
  await first.getByRole("dialog").getByLabel("People").selectOption("One person");
  await deleteRule(second, "Wires");
  await expect(listed(second, "Review rules")).not.toContainText("Wires");
  await first.getByRole("button", { name: "Save rule" }).click();
  await expect(conflict(first).getByRole("alert")).toContainText("You both changed Rule “Wires”");
  await expect(conflict(first).getByRole("button", { name: "Keep mine on top of theirs" })).toHaveCount(0);
  await conflict(first).getByRole("button", { name: "Take theirs" }).click();
  await expect(first.getByRole("dialog")).toHaveCount(0);
  await expect(listed(first, "Review rules").getByRole("listitem")).toContainText(["Large refunds"]);
  await expect(listed(first, "Review rules")).not.toContainText("Wires");
});

test("two admins who change one route choose, and two who change two keep both", async ({ page, browser }) => {
  const people = await twoAdmins(page, browser);
  const { first, second } = people;
  await first.goto(`${people.tenant}/settings/notifications`);
  await first.getByRole("button", { name: "Mail everybody who decides" }).click();
  await expect(listed(first, "Routes")).toContainText("Paused requests");
  await both(people, "/settings/notifications");

  await second.getByRole("button", { name: "Edit Paused requests" }).click();
  await second.getByRole("dialog").getByLabel("Tools").fill("stripe_*");
  await first.getByRole("button", { name: "Switch Paused requests off" }).click();
  await expect(listed(first, "Routes")).toContainText("off");
  await second.getByRole("button", { name: "Save route" }).click();
  await expect(theirs(second)).toContainText("Switched off.");
  await expect(mine(second)).toContainText("of stripe_*");
  await expect(conflict(second).getByRole("alert")).toContainText("You both changed Route “Paused requests”");
  await expectAccessible(second);
  await conflict(second).getByRole("button", { name: "Take theirs" }).click();
  await expect(second.getByRole("dialog")).toHaveCount(0);
  await expect(listed(second, "Routes")).toContainText("off");
  await expect(listed(second, "Routes")).not.toContainText("stripe_*");

  await second.getByRole("button", { name: "Add route" }).click();
  await second.getByRole("dialog").getByLabel("Name").fill("Owners");
  await second.getByRole("dialog").getByRole("checkbox", { name: "owner" }).check();
  await first.getByLabel("Time zone").selectOption("Europe/Berlin");
  await first.getByRole("button", { name: "Save hours" }).click();
  await expect(first.getByText("The hours are saved.")).toBeVisible();
  await second.getByRole("button", { name: "Save route" }).click();
  await expect(theirs(second)).toContainText("Europe/Berlin");
  await conflict(second).getByRole("button", { name: "Keep mine on top of theirs" }).click();
  await expect(listed(second, "Routes")).toContainText("Owners");
  await expect(second.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
});

test("terms, a mapping and a threshold that two admins set at once", async ({ page, browser }) => {
  const people = await twoAdmins(page, browser);
  const { first, second, tenant } = people;
  await first.goto(tenant);
  await ask(await createKey(first));
  await both(people, "/policies/tools");
  const addTerm = async (admin: Page, place: number, phrase: string, meaning: string) => {
    await admin.getByRole("button", { name: "Add term" }).click();
    await admin.getByLabel(`Term ${place}`, { exact: true }).fill(phrase);
    await admin.getByLabel(`Meaning ${place}`).fill(meaning);
  };
  await addTerm(second, 1, "a card that was not charged", "card_charged is false");
  await addTerm(first, 1, "a large payment", "amount is over 5000");
  await first.getByRole("button", { name: "Save terms" }).click();
  await expect(first.getByText("The terms are saved.")).toBeVisible();
  await second.getByRole("button", { name: "Save terms" }).click();
  await expect(theirs(second)).toContainText("means amount is over 5000");
  await conflict(second).getByRole("button", { name: "Keep mine on top of theirs" }).click();
  await expect(second.getByLabel("Term 2", { exact: true })).toBeVisible();
  await second.reload();
  const phrases = [second.getByLabel("Term 1", { exact: true }), second.getByLabel("Term 2", { exact: true })];
  expect((await Promise.all(phrases.map((phrase) => phrase.inputValue()))).toSorted()).toEqual([
    "card that was not charged",
    "large payment",
  ]);

  for (const admin of [first, second]) await admin.getByRole("button", { name: "Confirm stripe_refund" }).click();
  await first.getByLabel("Unit").selectOption("minor");
  await first.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(first.getByText("Rules now know stripe_refund.")).toBeVisible();
  await second.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(theirs(second)).toContainText("amount, in minor units of what currency says");
  await expect(conflict(second).getByRole("alert")).toContainText("You both changed");
  await conflict(second).getByRole("button", { name: "Take theirs" }).click();
  await expect(listed(second, "Tools")).toContainText("minor units such as cents");

  await both(people, "/settings");
  const slide = (admin: Page, score: string) =>
    expect(async () => {
      await admin.getByRole("slider").fill(String(Number(score)));
      await expect(admin.getByText(`An approval needs at least extra high confidence (${score})`)).toBeVisible({ timeout: 500 });
    }).toPass();
  await slide(second, "0.95");
  await slide(first, "0.90");
  await first.getByRole("button", { name: "Save threshold" }).click();
  await expect(first.getByText("The threshold is 0.90.")).toBeVisible();
  await second.getByRole("button", { name: "Save threshold" }).click();
  await expect(theirs(second)).toContainText("Threshold of every tool");
  await conflict(second).getByRole("button", { name: "Go on editing" }).click();
  await expect(second.getByRole("slider")).toHaveValue("0.95");
  await second.getByRole("button", { name: "Save threshold" }).click();
  await expect(second.getByText("The threshold is 0.95.")).toBeVisible();
});
