import { startStack } from "../services/local/test/stack.ts";

// Vault and the judge on PostgreSQL (TEST_DATABASE_URL) as a process of its own, so that load and server do not share a thread.
const stack = await startStack();
const clientId = await stack.addTenant("Bench");
const owner = await stack.addMember(clientId, "owner");
await owner("POST", "/register-policy", {
  policy_id: "refunds",
  rules: ["Approve when amount is at most 100 and currency is usd."],
});
const { key } = await stack.addKey(clientId);
process.send?.({ url: stack.vault.url, key });
process.once("disconnect", () => void stack.close().finally(() => process.exit(0)));
