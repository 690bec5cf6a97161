import { setTimeout as sleep } from "node:timers/promises";
import { verifyBundle } from "@ledgix/ledger/verify";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { startRefundTool } from "./tool.ts";

const vaultUrl = process.env.LEDGIX_VAULT_URL ?? "http://127.0.0.1:8000";
const apiKey = process.env.LEDGIX_VAULT_API_KEY ?? "";
if (apiKey === "") {
  console.error("Set LEDGIX_VAULT_API_KEY to a key from the console, or from npm run bootstrap.");
  process.exit(1);
}
// The same refund asked for twice is one request: an agent that was killed finds it again under its REFUND_ID.
const refundId = process.env.REFUND_ID ?? crypto.randomUUID();

const call = {
  tool_name: "stripe_refund",
  tool_args: { amount: 1240, currency: "usd", customer: "cus_123" },
  agent_id: "refund-agent",
};

/** Calls Vault; while it cannot be reached, tries again. */
async function vault(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const headers = { "content-type": "application/json", "x-vault-api-key": apiKey, ...init.headers };
    const response = await fetch(vaultUrl + path, { ...init, headers }).catch(() => null);
    if (response !== null && response.status < 500) return response;
    await sleep(1_000);
  }
}

// 1. Ask before acting.
const asked = await vault("/request-clearance", {
  method: "POST",
  body: JSON.stringify(call),
  headers: { "idempotency-key": `refund-${refundId}` },
});
let answer = await asked.json();
if (!asked.ok) throw new Error(answer.detail);
console.log(`Asked for a refund of $1,240.00: ${answer.status}. ${answer.reason}`);
if (answer.review_url)
  console.log(`A person decides here: ${answer.review_url}\n(killed meanwhile? go on with REFUND_ID=${refundId})`);

// 2. Wait for a person.
while (answer.status === "processing" || answer.status === "pending_review") {
  answer = await (await vault(`/clearance-status/${answer.request_id}?wait=30`)).json();
}
console.log(`Decided: ${answer.status}. ${answer.reason}`);
if (!answer.approved) process.exit(0);

// 3. Check the token as the tool's owner would: signed by this Vault, for this request.
const jwks = createRemoteJWKSet(new URL("/.well-known/jwks.json", vaultUrl));
const { payload } = await jwtVerify(answer.token, jwks, { issuer: "alcv-vault", audience: "ledgix-sdk", subject: "clearance" });
console.log(`The token is genuine, for ${payload.tool}, until ${new Date(Number(payload.exp) * 1000).toISOString()}.`);

// 4. Call the protected tool, which burns the token before it acts.
const tool = await startRefundTool({ vaultUrl, apiKey });
const refund = await fetch(tool.url, {
  method: "POST",
  headers: { authorization: `Bearer ${answer.token}` },
  body: JSON.stringify(call.tool_args),
});
console.log(`The tool answered ${refund.status}: ${await refund.text()}`);
tool.close();

// 5. Prove it. A checkpoint covers the event within seconds.
let bundle = await vault(`/ledger/proof/bundle?request_id=${answer.request_id}`);
while (bundle.status === 409) {
  await sleep(1_000);
  bundle = await vault(`/ledger/proof/bundle?request_id=${answer.request_id}`);
}
const checks = await verifyBundle(await bundle.json());
for (const check of checks) console.log(`  ${check.outcome.padEnd(7)} ${check.name}: ${check.detail}`);
console.log(checks.some((check) => check.outcome === "failed") ? "The proof does not hold." : "The ledger proves it.");
