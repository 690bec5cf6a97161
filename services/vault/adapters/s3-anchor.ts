import { createHash } from "node:crypto";
import {
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { AnchorConflict, AnchorRefused, type AnchorStore } from "./anchor-store.ts";

export type S3AnchorOptions = {
  client: S3Client;
  /** One bucket, or one a tenant: `{client_id}` stands for its id. */
  bucket: string;
  /** Before the names of objects; "" for none. */
  prefix: string;
  requireVersioning: boolean;
  /** Null where nothing is locked. */
  lock: { mode: "GOVERNANCE" | "COMPLIANCE"; days: number } | null;
  now: () => Date;
};

const DAY_MS = 86_400_000;

/** Anchors in S3: `<prefix>/<client id>/<name>`, each written once (a conditional put), its object version told. */
export function s3Anchor({ client, bucket, prefix, requireVersioning, lock, now }: S3AnchorOptions): AnchorStore {
  const bucketOf = (clientId: string) => bucket.replaceAll("{client_id}", clientId);
  const folderOf = (clientId: string) => [prefix.replace(/\/+$/, ""), clientId].filter(Boolean).join("/");
  const objectOf = (clientId: string, name: string) => ({ Bucket: bucketOf(clientId), Key: `${folderOf(clientId)}/${name}` });
  const checked = new Set<string>();

  async function checkBucket(name: string): Promise<void> {
    if (checked.has(name)) return;
    const versioning = await client.send(new GetBucketVersioningCommand({ Bucket: name })).catch((error: unknown) => {
      if (isOutage(error)) throw error;
      throw new AnchorRefused(`The anchor bucket ${name} cannot be read (${codeOf(error)}).`, { cause: error });
    });
    if (requireVersioning && versioning.Status !== "Enabled") {
      throw new AnchorRefused(
        `The anchor bucket ${name} keeps no versions. Enable its versioning, or set VAULT_LEDGER_REQUIRE_BUCKET_VERSIONING=false.`,
      );
    }
    if (lock !== null) {
      const { ObjectLockConfiguration } = await client
        .send(new GetObjectLockConfigurationCommand({ Bucket: name }))
        .catch((error: unknown) => {
          if (isOutage(error)) throw error;
          return { ObjectLockConfiguration: undefined }; // what S3 answers for a bucket without it is an error
        });
      if (ObjectLockConfiguration?.ObjectLockEnabled !== "Enabled") {
        throw new AnchorRefused(
          `The anchor bucket ${name} has no object lock, which VAULT_LEDGER_REQUIRE_OBJECT_LOCK demands. It must be enabled when the bucket is made.`,
        );
      }
    }
    checked.add(name);
  }

  const get: AnchorStore["get"] = async (clientId, name) => {
    try {
      const { Body } = await client.send(new GetObjectCommand(objectOf(clientId, name)));
      return (await Body?.transformToString("utf8")) ?? "";
    } catch (error) {
      if (codeOf(error) === "NoSuchKey") return null;
      throw error;
    }
  };

  return {
    target: "s3",
    async put(clientId, name, body) {
      await checkBucket(bucketOf(clientId));
      const object = objectOf(clientId, name);
      const uri = `s3://${object.Bucket}/${object.Key}`;
      try {
        const { VersionId } = await client.send(
          new PutObjectCommand({
            ...object,
            Body: body,
            ContentType: "application/json",
            IfNoneMatch: "*",
            // With object lock S3 demands one.
            ContentMD5: createHash("md5").update(body).digest("base64"),
            ...(lock !== null && {
              ObjectLockMode: lock.mode,
              ObjectLockRetainUntilDate: new Date(now().getTime() + lock.days * DAY_MS),
            }),
          }),
        );
        return { uri, version: VersionId ?? null };
      } catch (error) {
        // It is there already: by another replica, or by an export whose answer was lost.
        if (codeOf(error) !== "PreconditionFailed") throw error;
        if ((await get(clientId, name)) !== body) {
          throw new AnchorConflict(`The anchor ${uri} already holds another checkpoint.`);
        }
        const { VersionId } = await client.send(new HeadObjectCommand(object));
        return { uri, version: VersionId ?? null };
      }
    },
    get,
    async list(clientId) {
      const folder = `${folderOf(clientId)}/`;
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucketOf(clientId),
            Prefix: folder,
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        );
        names.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key ? [Key.slice(folder.length)] : [])));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return names.sort();
    },
    async check(clientIds) {
      const buckets = bucket.includes("{client_id}") ? clientIds.map(bucketOf) : [bucket];
      for (const name of buckets) await checkBucket(name);
    },
  };
}

/** S3 did not answer, as opposed to refusing. */
const isOutage = (error: unknown) => !(error instanceof S3ServiceException) || (error.$metadata.httpStatusCode ?? 500) >= 500;

const codeOf = (error: unknown) =>
  error instanceof S3ServiceException ? error.name : error instanceof Error ? error.name : "unknown";
