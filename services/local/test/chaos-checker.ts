import { createHash, createPublicKey, verify } from "node:crypto";
import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { decode } from "cborg";
import pg from "pg";

// Looks at what a run left, by nothing of the product's code: SQL, node:crypto, another CBOR decoder, RFC 9162 read literally, and
// the bucket's own listing.

export type Observed = {
  /** By Idempotency-Key, the request that was acknowledged. */
  requests: Map<string, string>;
  /** Requests whose token was seen to be consumed, with how often. */
  consumed: Map<string, number>;
  /** Cases with the decisions that were acknowledged as made. */
  decided: Map<string, boolean[]>;
};

export type Place = {
  databaseUrl: string;
  s3: S3Client;
  bucket: string;
  prefix: string;
  jwks: { keys: { kid: string; x: string }[] };
};

const sha256 = (...parts: Uint8Array[]) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** MTH of RFC 9162 §2.1.1, over leaf hashes, remembering complete subtrees. */
function rootOf(leaves: Buffer[], from: number, to: number, known: Map<string, Buffer>): Buffer {
  if (to - from === 1) return leaves[from] ?? Buffer.alloc(32);
  const name = `${from}-${to}`;
  const found = known.get(name);
  if (found) return found;
  let split = 1;
  while (split * 2 < to - from) split *= 2;
  const root = sha256(Buffer.of(1), rootOf(leaves, from, from + split, known), rootOf(leaves, from + split, to, known));
  known.set(name, root);
  return root;
}

/** @returns a sentence for each thing that is lost, doubled or forked */
export async function faultsOf({ databaseUrl, s3, bucket, prefix, jwks }: Place, observed: Observed): Promise<string[]> {
  const faults: string[] = [];
  const say = (isRight: boolean, fault: string) => {
    if (!isRight) faults.push(fault);
  };
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const { rows: requests } = await database.query(
    "select request_id, idempotency_key, status, consumed_at from clearance_requests",
  );
  const { rows: events } = await database.query(
    `select request_id, event_uuid, event_type, event_hash, leaf_hash, leaf_index::int, receipt_key_id, receipt_payload, receipt_signature
     from ledger_events order by leaf_index nulls last, seq`,
  );
  const { rows: checkpoints } = await database.query(
    `select checkpoint_id::int, tree_size::int, root_hash, checkpoint_hash, prev_checkpoint_hash, signer_key_id, checkpoint_payload,
       checkpoint_signature, export_status from ledger_checkpoints order by checkpoint_id`,
  );
  await database.end();
  const isSigned = (kid: string, payload: string, signature: string) => {
    const jwk = jwks.keys.find((key) => key.kid === kid);
    if (!jwk) return false;
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: jwk.x }, format: "jwk" });
    return verify(null, Buffer.from(payload, "base64url"), key, Buffer.from(signature, "base64url"));
  };

  // Nothing that was acknowledged is lost, and no key became two requests.
  const byId = new Map(requests.map((row) => [row.request_id, row]));
  for (const [key, id] of observed.requests)
    say(byId.get(id)?.idempotency_key === key, `Request ${id} was acknowledged and is not there.`);
  const keys = requests.map((row) => row.idempotency_key);
  say(new Set(keys).size === keys.length, "An Idempotency-Key stands twice.");

  // Each request was decided once, and its token and its case used once.
  const typesOf = Map.groupBy(events, (event) => event.request_id);
  const count = (id: string, pattern: RegExp) =>
    (typesOf.get(id) ?? []).filter(({ event_type }) => pattern.test(event_type)).length;
  for (const { request_id, status, consumed_at } of requests) {
    say(status !== "processing", `Request ${request_id} was never decided.`);
    say(count(request_id, /^clearance\.(approved|denied|paused)$/) === 1, `Request ${request_id} was not decided exactly once.`);
    say(count(request_id, /^review\.(approved|denied)$/) <= 1, `Case ${request_id} was decided twice.`);
    say(
      count(request_id, /^token\.consumed$/) === (consumed_at === null ? 0 : 1),
      `Request ${request_id}: its uses and its events differ.`,
    );
  }
  for (const [id, times] of observed.consumed) {
    say(times <= 1, `The token of ${id} was consumed ${times} times.`);
    say(count(id, /^token\.consumed$/) === 1, `The token of ${id} was consumed, and no event says so.`);
  }
  for (const [id, decisions] of observed.decided) {
    say(new Set(decisions).size <= 1, `Case ${id} was acknowledged as decided both ways.`);
    const type = decisions[0] ? "review.approved" : "review.denied";
    say(count(id, new RegExp(`^${type}$`)) === 1, `Case ${id} was decided, and no event says so.`);
  }

  // The log is one: every event has one place, its leaf, and a receipt; every checkpoint the root of its leaves, and follows.
  const leaves: Buffer[] = [];
  for (const [i, event] of events.entries()) {
    say(event.leaf_index === i, `Event ${event.event_uuid} has the place ${event.leaf_index}, and not ${i}.`);
    const leaf = sha256(Buffer.of(0), Buffer.from(event.event_hash, "hex"));
    say(leaf.toString("hex") === event.leaf_hash, `Event ${event.event_uuid} has another leaf.`);
    leaves.push(leaf);
    const receipt = decode(Buffer.from(event.receipt_payload ?? "", "base64url"));
    const isReceipt = receipt.event_uuid === event.event_uuid && receipt.event_hash === event.event_hash;
    const isRight = isReceipt && isSigned(event.receipt_key_id, event.receipt_payload, event.receipt_signature);
    say(isRight, `Event ${event.event_uuid} has no valid receipt.`);
  }
  const known = new Map<string, Buffer>();
  for (const [i, row] of checkpoints.entries()) {
    const payload = decode(Buffer.from(row.checkpoint_payload, "base64url"));
    const root = rootOf(leaves, 0, row.tree_size, known).toString("hex");
    const isRight =
      row.checkpoint_id === i + 1 &&
      row.prev_checkpoint_hash === (checkpoints[i - 1]?.checkpoint_hash ?? "") &&
      payload.root_hash === root &&
      row.root_hash === root &&
      payload.tree_size === row.tree_size &&
      isSigned(row.signer_key_id, row.checkpoint_payload, row.checkpoint_signature);
    say(isRight, `Checkpoint ${row.checkpoint_id} does not follow.`);
    say(row.export_status === "exported", `Checkpoint ${row.checkpoint_id} was not anchored.`);
  }
  say(checkpoints.at(-1)?.tree_size === events.length, "The newest checkpoint does not cover every event.");

  // Every checkpoint is anchored once, in order, and says the same.
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }));
  const objects = Versions.toSorted((a, b) => (a.Key ?? "").localeCompare(b.Key ?? ""));
  say(objects.length === checkpoints.length, `${objects.length} objects are anchored for ${checkpoints.length} checkpoints.`);
  for (const [i, object] of objects.entries()) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: object.Key }));
    const anchored = JSON.parse((await Body?.transformToString()) ?? "null");
    say(anchored.checkpoint_hash === checkpoints[i]?.checkpoint_hash, `The anchor ${object.Key} is of another log.`);
    const before = objects[i - 1]?.LastModified;
    say(
      !before || !object.LastModified || before <= object.LastModified,
      `The anchor ${object.Key} was written before the one before it.`,
    );
  }
  return faults;
}
