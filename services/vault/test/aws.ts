import { randomBytes } from "node:crypto";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";

/** The AWS API that TEST_AWS_ENDPOINT_URL names; "" where the suites that need it are skipped. */
export const endpoint = process.env.TEST_AWS_ENDPOINT_URL ?? "";
if (endpoint) Object.assign(process.env, { AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "words" });

const options = { region: "us-east-1", endpoint };
export const sqsClient = () => new SQSClient(options);
export const s3Client = () => new S3Client({ ...options, forcePathStyle: true });
export const uniqueName = (prefix: string) => `${prefix}-${randomBytes(6).toString("hex")}`;

export async function createBucket(choice: { isVersioned: boolean; isLocked?: boolean }): Promise<string> {
  const Bucket = uniqueName("ledgix-anchor");
  const client = s3Client();
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: choice.isLocked ?? false }));
  if (choice.isVersioned) {
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  }
  return Bucket;
}

/** A FIFO queue whose messages go to dead letters when they were received `receives` times. */
export async function createQueue(receives = 3): Promise<{ url: string; deadLetters: string }> {
  const client = sqsClient();
  const name = uniqueName("clearance");
  const { QueueUrl: deadLetters = "" } = await client.send(
    new CreateQueueCommand({ QueueName: `${name}-dead.fifo`, Attributes: { FifoQueue: "true" } }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ["QueueArn"] }),
  );
  const { QueueUrl: url = "" } = await client.send(
    new CreateQueueCommand({
      QueueName: `${name}.fifo`,
      Attributes: {
        FifoQueue: "true",
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: receives }),
      },
    }),
  );
  return { url, deadLetters };
}
