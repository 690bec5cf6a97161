import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

/**
 * AWS KMS as far as Vault speaks with it, since the test AWS API has no Ed25519: the JSON protocol 1.1 (`X-Amz-Target: TrentService.…`),
 * with real keys and real signatures. Request and answer shapes: AWS KMS API Reference, GetPublicKey and Sign.
 */
export async function startKmsDouble(): Promise<{ url: string; addKey(spec?: string): string; close(): void }> {
  const keys = new Map<string, { spec: string; pair: ReturnType<typeof generateKeyPairSync> }>();

  const actions: Record<string, (input: Record<string, string>) => object | null> = {
    GetPublicKey({ KeyId = "" }) {
      const key = keys.get(KeyId);
      if (!key) return null;
      const publicKey = key.pair.publicKey.export({ format: "der", type: "spki" });
      return {
        KeyId,
        KeySpec: key.spec,
        KeyUsage: "SIGN_VERIFY",
        SigningAlgorithms: ["ED25519_SHA_512"],
        PublicKey: publicKey.toString("base64"),
      };
    },
    Sign({ KeyId = "", Message = "", MessageType, SigningAlgorithm }) {
      const key = keys.get(KeyId);
      const message = Buffer.from(Message, "base64");
      if (!key || MessageType !== "RAW" || SigningAlgorithm !== "ED25519_SHA_512" || message.length > 4096) return null;
      return { KeyId, SigningAlgorithm, Signature: sign(null, message, key.pair.privateKey).toString("base64") };
    },
  };

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const action = actions[String(request.headers["x-amz-target"]).replace("TrentService.", "")];
    const isSigned = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ");
    const answer = isSigned && action ? action(JSON.parse(body)) : null;
    response.writeHead(answer ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer ?? { __type: "NotFoundException", message: "There is no such key." }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
    addKey(spec = "ECC_NIST_EDWARDS25519") {
      const id = crypto.randomUUID();
      keys.set(id, { spec, pair: generateKeyPairSync("ed25519") });
      return id;
    },
    close: () => server.close(),
  };
}
