import { generateKeyPairSync, sign } from "node:crypto";
import { serve } from "@hono/node-server";
import { isPrefix, readNote } from "@ledgix/verifier";
import { Hono } from "hono";

/** A witness that speaks https://c2sp.org/tlog-witness, verifies what it is shown, and really signs (cosignature/v1). */
export async function startWitness(options: { now: () => number }) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const name = "witness.example/w1";
  const typed = Buffer.concat([Buffer.of(4), raw]);
  const id = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.concat([Buffer.from(`${name}\n`), typed]))).subarray(0, 4);
  /** By origin, the newest checkpoint that was cosigned. */
  const logs = new Map<string, { key: string; size: number; root: string }>();
  const refusals: number[] = [];

  const app = new Hono();
  app.post("/add-checkpoint", async (context) => {
    const [head = "", ...rest] = (await context.req.text()).split("\n\n");
    const note = rest.join("\n\n");
    const [oldLine = "", ...proof] = head.split("\n").filter(Boolean);
    const old = Number(/^old (\d+)$/.exec(oldLine)?.[1]);
    const log = logs.get(note.split("\n")[0] ?? "");
    const refuse = (status: 400 | 403 | 404 | 409 | 422, body = "", type = "text/plain") => {
      refusals.push(status);
      return context.body(body, status, { "content-type": type });
    };
    if (log === undefined) return refuse(404);
    const { treeSize, rootHash, signedBy } = await readNote(note, [log.key]);
    if (signedBy.length === 0) return refuse(403);
    if (!(old <= treeSize)) return refuse(400);
    if (old !== log.size) return refuse(409, `${log.size}\n`, "text/x.tlog.size");
    const hex = (base64: string) => Buffer.from(base64, "base64").toString("hex");
    const between = { first_size: log.size, second_size: treeSize, first_root: hex(log.root), second_root: hex(rootHash) };
    if (log.size > 0 && !(await isPrefix({ ...between, path: proof.map(hex) }))) return refuse(422);
    logs.set(note.split("\n")[0] ?? "", { ...log, size: treeSize, root: rootHash });
    const body = note.slice(0, note.lastIndexOf("\n\n") + 1);
    const time = options.now();
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${body}`), privateKey);
    return context.text(`— ${name} ${Buffer.concat([id, stamp, signature]).toString("base64")}\n`);
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    verifierKey: `${name}+${id.toString("hex")}+${typed.toString("base64")}`,
    refusals,
    logs,
    /** Makes a log known, by its origin and its verifier key. */
    trust: (origin: string, key: string) => logs.set(origin, { key, size: 0, root: "" }),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
