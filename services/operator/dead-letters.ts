import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { awsClientOptions } from "@ledgix/tenancy/aws-environment";
import { z } from "zod";
import { type Installation, Refused } from "./installation.ts";

export type DeadLetter = { request_id: string; client_id: string; receives: number; sent_at: string; request: string };

const redrivePolicy = z.object({ deadLetterTargetArn: z.string() });
const body = z.object({ clientId: z.string(), requestId: z.string() });
/** Seconds for which letters are held while they are looked at. */
const HELD_SECONDS = 30;

type Queues = { client: SQSClient; queue: string; dead: string };

async function openQueues({ config, environment }: Installation): Promise<Queues> {
  const queue = config.VAULT_CLEARANCE_SQS_QUEUE_URL;
  if (queue === undefined)
    throw new Refused("VAULT_CLEARANCE_SQS_QUEUE_URL is not set: the queue in memory has no dead letters.");
  const client = new SQSClient(awsClientOptions(environment, "SQS", config.AWS_REGION));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ["RedrivePolicy"] }));
  if (!Attributes?.RedrivePolicy) throw new Refused("The queue has no redrive policy, so nothing of it becomes a dead letter.");
  const { deadLetterTargetArn } = redrivePolicy.parse(JSON.parse(Attributes.RedrivePolicy));
  const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName: deadLetterTargetArn.split(":").at(-1) }));
  return { client, queue, dead: QueueUrl };
}

/** Takes every letter that can be had, in hold. FIFO gives one group's letters only ten at a time, so what is not seen is said by its count. */
async function holdAll({ client, dead }: Queues): Promise<Message[]> {
  const held: Message[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: dead,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HELD_SECONDS,
        MessageSystemAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return held;
    held.push(...Messages);
  }
}

/** Lists dead letters with the state of their requests; they stay where they are. */
export async function listDeadLetters(installation: Installation): Promise<DeadLetter[]> {
  const queues = await openQueues(installation);
  const held = await holdAll(queues);
  const letters = await Promise.all(held.map((message) => describe(installation, message)));
  for (const { ReceiptHandle } of held) {
    await queues.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: queues.dead, ReceiptHandle, VisibilityTimeout: 0 }));
  }
  return letters;
}

async function describe({ tenants }: Installation, message: Message): Promise<DeadLetter> {
  const read = body.safeParse(JSON.parse(message.Body || "null"));
  const { requestId: request_id, clientId: client_id } = read.data ?? { requestId: "", clientId: "" };
  const status = z.object({ status: z.string() });
  const row = await tenants
    .database(client_id)
    .then((database) => database.row(status, "select status from clearance_requests where request_id = $1", [request_id]))
    .catch(() => null);
  const { ApproximateReceiveCount, SentTimestamp } = message.Attributes ?? {};
  return {
    request_id,
    client_id,
    receives: Number(ApproximateReceiveCount ?? 0),
    sent_at: new Date(Number(SentTimestamp ?? 0)).toISOString(),
    request: row?.status ?? "unknown",
  };
}

/** Sends every dead letter to the queue again. What was decided meanwhile finds nothing to do. @returns how many */
export async function redriveDeadLetters(installation: Installation): Promise<number> {
  const queues = await openQueues(installation);
  const held = await holdAll(queues);
  for (const { Body, Attributes, MessageId, ReceiptHandle } of held) {
    await queues.client.send(
      new SendMessageCommand({
        QueueUrl: queues.queue,
        MessageBody: Body,
        MessageGroupId: Attributes?.MessageGroupId ?? "redriven",
        MessageDeduplicationId: `redrive-${MessageId}`, // under its own id it would count as sent already
      }),
    );
    await queues.client.send(new DeleteMessageCommand({ QueueUrl: queues.dead, ReceiptHandle }));
  }
  return held.length;
}
