import type { EvaluateAnswer, EvaluateRequest } from "@ledgix/contract/judge";
import { type Caller, type Replica, type Stack, startStack, until } from "@ledgix/local/test/stack";
import { storeIn } from "@ledgix/vault/policies/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { approved } from "./minting.ts";

// A mint and a change of what governs it, at the same time.

let stack: Stack;
let clientId: string;
let agent: Caller;
let owner: Caller;
const pay = { tool_name: "pay", tool_args: { amount: 10 } };

beforeAll(async () => {
  stack = await startStack();
});
beforeEach(async () => {
  clientId = await stack.addTenant();
  [owner, agent] = [await stack.addMember(clientId, "owner"), await stack.addKey(clientId)];
  await register("p", ["Approve when amount is at most 100."], ["pay"]);
});
afterAll(() => stack.close());

const register = (policy_id: string, rules: string[], tools: string[] = []) =>
  owner("POST", "/register-policy", { policy_id, rules, tools });
const mint = (request: object, original_request_id: string, url = "", headers = {}) =>
  agent("POST", `${url}/mint-token`, { ...request, original_request_id }, headers);
/** A Vault whose judge is asked about trials by way of this. */
const replicaWith = (trial: (request: EvaluateRequest) => Promise<EvaluateAnswer>): Promise<Replica> =>
  stack.addReplica({
    judge: {
      ...stack.deps.judge,
      evaluate: (request) => (request.is_trial ? trial(request) : stack.deps.judge.evaluate(request)),
    },
  });

describe("a change that commits while the call is judged", () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ["a denial", () => register("late", ["Deny when amount is at least 5."]), "mint_denied"],
    ["the policy's end", () => owner("POST", "/policies/p/retire", {}), "mint_needs_review"],
    ["a higher threshold", () => owner("PUT", "/review-settings", { tool_thresholds: { pay: 1 } }), "mint_needs_review"],
  ])("%s is not passed", async (_, change, code) => {
    const { request_id } = await approved(agent, pay);
    await register("p", ["Approve when amount is at most 90."], ["pay"]);
    const slow = await replicaWith(async (request) => {
      const answer = await stack.deps.judge.evaluate(request);
      await change();
      return answer;
    });
    const { status, body } = await mint(pay, request_id, slow.url);
    expect([status, body.code]).toEqual([403, code]);
    await slow.close();
  });

  it("again and again ends in a refusal", async () => {
    const { request_id } = await approved(agent, pay);
    let limit = 90;
    await register("p", [`Approve when amount is at most ${limit}.`], ["pay"]);
    const restless = await replicaWith(async (request) => {
      const answer = await stack.deps.judge.evaluate(request);
      await register("p", [`Approve when amount is at most ${--limit}.`], ["pay"]);
      return answer;
    });
    expect((await mint(pay, request_id, restless.url)).body.code).toBe("mint_needs_review");
    await restless.close();
  });
});

describe("a change that is under way when a mint comes", () => {
  it("is waited for", async () => {
    const { request_id } = await approved(agent, pay);
    const database = await stack.tenants.database(clientId);
    const racing = await database.transaction(async (transaction) => {
      const rules = ["Deny when amount is at least 5."];
      const denial = { policyId: "late", title: "late", description: "", source: "register", mediaType: "text/plain" } as const;
      await storeIn(transaction, {
        ...denial,
        content: rules.join(),
        tools: [],
        rules,
        author: { label: "somebody", id: "member:somebody" },
        isDraft: false,
      });
      const answer = mint(pay, request_id);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { answer };
    });
    expect((await racing.answer).body.code).toBe("mint_denied");
  });

  // PGlite has one connection, so there nothing waits while something else commits.
  it.runIf(process.env.TEST_DATABASE_URL)("counts, though it came into force while the mint waited for its turn", async () => {
    const { request_id } = await approved(agent, pay);
    const database = await stack.tenants.database(clientId);
    const key = crypto.randomUUID();
    const [taken, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = database.transaction(async (transaction) => {
      await transaction.run(
        `insert into idempotency_records (principal, idempotency_key, body_hash)
         select principal, $2, '' from clearance_requests where request_id = $1`,
        [request_id, key],
      );
      taken.resolve();
      await released.promise;
      throw new Error("It leaves no record.");
    });
    await taken.promise;
    const answer = mint(pay, request_id, "", { "idempotency-key": key });
    await until(
      () => database.row(z.object({ count: z.coerce.number() }), "select count(*) as count from pg_locks where not granted"),
      (waiting) => (waiting?.count ?? 0) > 0,
    );
    await register("late", ["Deny when amount is at least 5."]);
    released.resolve();
    await expect(holding).rejects.toThrow("no record");
    expect((await answer).body.code).toBe("mint_denied");
  });
});
