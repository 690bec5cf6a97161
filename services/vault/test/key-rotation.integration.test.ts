import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { verifyBundle } from "@ledgix/ledger/verify";
import { type Caller, type Stack, startStack } from "@ledgix/local/test/stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { proofOf } from "./proof-of.ts";

let stack: Stack;
let agent: Caller;
let compliance: Caller;
beforeAll(async () => {
  stack = await startStack();
  const clientId = await stack.addTenant();
  agent = await stack.addKey(clientId);
  compliance = await stack.addMember(clientId, "compliance");
  const owner = await stack.addMember(clientId, "owner");
  await owner("POST", "/register-policy", { policy_id: "p", rules: ["Approve when amount is at most 100."] });
});
afterAll(() => stack.close());

const approve = async () => (await agent("POST", "/request-clearance", { tool_name: "pay", tool_args: { amount: 1 } })).body;
const published = async () => {
  const { keys } = (await agent("GET", "/.well-known/jwks.json")).body;
  return keys.map(({ kid }: { kid: string }) => kid);
};
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;

/** What the operator's tool writes, in the order of a rotation. */
async function addKey(kid: string, state: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const file = join(stack.directory, `${kid}.pem`);
  await writeFile(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  const jwk = { kty: "OKP", crv: "Ed25519", x: publicKey.export({ format: "jwk" }).x, use: "sig", kid, alg: "EdDSA" };
  await stack.controlPlane.run(
    "insert into private.signing_keys (kid, source, public_jwk, state) values ($1, $2, $3::json, $4)",
    [kid, `file:${file}`, JSON.stringify(jwk), state],
  );
}

const retireActive = () =>
  stack.controlPlane.run("update private.signing_keys set state = 'retired', retired_at = now() where state = 'active'");

describe("the key of Vault's environment", () => {
  const listed = async () =>
    stack.controlPlane.rows(
      z.object({ kid: z.string(), state: z.string() }),
      "select kid, state from private.signing_keys order by kid",
    );
  const named = (VAULT_KEY_ID: string) => ({
    environment: {
      VAULT_KEY_ID,
      VAULT_PRIVATE_KEY_BASE64: generateKeyPairSync("ed25519")
        .privateKey.export({ format: "der", type: "pkcs8" })
        .toString("base64"),
    },
  });

  it("is listed, so that it can be retired; under its name comes no other one", async () => {
    expect(await listed()).toEqual([{ kid: "vault-key-001", state: "active" }]);
    await expect(stack.addReplica(named("vault-key-001"))).rejects.toThrow("vault-key-001 is the name of another key");
  });

  it("takes over from one that the environment named before, which stays in the JWKS", async () => {
    const other = await startStack();
    const key = await other.addKey(await other.addTenant());
    const replica = await other.addReplica(named("changed"));
    const { keys } = (await key("GET", `${replica.url}/.well-known/jwks.json`)).body;
    expect(keys.map(({ kid }: { kid: string }) => kid)).toEqual(["changed", "vault-key-001"]);
    await other.close();
  });
});

describe("rotating the signing key", () => {
  it("publishes before it signs, signs with the new key, and goes on checking what the old one signed", async () => {
    const first = await approve();
    expect(await published()).toEqual(["vault-key-001"]);

    await addKey("vault-key-002", "published");
    await stack.deps.keys.refresh();
    expect(await published()).toEqual(["vault-key-001", "vault-key-002"]);
    expect(kidOf((await approve()).token)).toBe("vault-key-001");

    await retireActive();
    await stack.controlPlane.run(
      "update private.signing_keys set state = 'active', activated_at = now() where kid = 'vault-key-002'",
    );
    await stack.deps.keys.refresh();
    expect(await published()).toEqual(["vault-key-002", "vault-key-001"]); // the oldest clients read only the first
    const second = await approve();
    expect(kidOf(second.token)).toBe("vault-key-002");
    for (const { token } of [first, second]) expect((await agent("POST", "/consume-token", { token })).status).toBe(200);

    for (const { request_id } of [first, second]) {
      const bundle = await proofOf(agent, { request_id });
      expect((await verifyBundle(bundle)).filter(({ outcome }) => outcome === "failed")).toEqual([]);
    }
    expect((await compliance("GET", "/ledger/verify")).body.intact).toBe(true);
  });

  it("takes back a retired key after its time, and never one whose source holds another key", async () => {
    await retireActive();
    await addKey("vault-key-003", "active");
    await stack.deps.keys.refresh();
    expect(await published()).toEqual(["vault-key-003", "vault-key-002", "vault-key-001"]);
    await stack.controlPlane.run(
      "update private.signing_keys set published_until = now() - interval '1 second' where kid = 'vault-key-002'",
    );
    await stack.deps.keys.refresh();
    expect(await published()).toEqual(["vault-key-003", "vault-key-001"]);

    await retireActive();
    await addKey("vault-key-004", "active");
    const other = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" });
    await writeFile(join(stack.directory, "vault-key-004.pem"), other);
    await stack.deps.keys.refresh();
    expect(kidOf((await approve()).token)).toBe("vault-key-003"); // it keeps what it has
    expect((await compliance("GET", "/ledger/verify")).body.intact).toBe(true);
  });
});
