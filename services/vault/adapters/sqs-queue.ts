import { createHash } from "node:crypto";
import { type Message, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { z } from "zod";
import type { ClearanceMessage, ClearanceQueue } from "./clearance-queue.ts";

const messageBody = z.object({
  clientId: z.uuid(),
  requestId: z.uuid(),
  agentId: z.string(),
  isAgain: z.boolean().default(false),
});

export type SqsQueueOptions = {
  client: SQSClient;
  queueUrl: string;
  /** Messages that this process has at work at once. */
  workers: number;
  /** FIFO groups: SQS hands out one message of each at a time, over all replicas. */
  groupShards: number;
  waitSeconds: number;
  /** After so long without a sign of life a message goes to another worker; extended while one works. */
  visibilitySeconds: number;
  onError: (error: unknown) => void;
};

/** Seconds until a message that failed is handed out again: longer each time. */
const retryAfter = (receives: number) => Math.min(60, 2 ** receives);
/** Longest wait for messages at work when the queue closes; what is not done by then is delivered again. */
const DRAIN_MS = 10_000;

/**
 * An SQS FIFO queue. A request sent twice within five minutes is one message. What fails again and again goes to the dead letters that the
 * queue's redrive policy names; its request stays in the tenant's database, and pauses for a human in the end.
 */
export function sqsQueue(options: SqsQueueOptions): ClearanceQueue {
  const { client, queueUrl, visibilitySeconds } = options;
  let consumers: Consumer[] = [];
  let isClosing = false;

  const groupOf = ({ clientId, agentId }: ClearanceMessage) => {
    const digest = createHash("sha256").update(`${clientId}/${agentId}`).digest();
    return `group-${digest.readUInt32BE(0) % options.groupShards}`;
  };

  return {
    isShared: true,
    async send(message) {
      try {
        await client.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: JSON.stringify(message),
            MessageGroupId: groupOf(message),
            MessageDeduplicationId: message.requestId,
          }),
        );
        return true;
      } catch (error) {
        options.onError(error);
        return false;
      }
    },
    consume(handle) {
      consumers = Array.from({ length: options.workers }, () => {
        const consumer = Consumer.create({
          sqs: client,
          queueUrl,
          batchSize: 1,
          waitTimeSeconds: options.waitSeconds,
          visibilityTimeout: visibilitySeconds,
          heartbeatInterval: Math.max(1, Math.floor(visibilitySeconds / 2)),
          messageSystemAttributeNames: ["ApproximateReceiveCount"],
          terminateVisibilityTimeout: ([first]) => retryAfter(Number(first?.Attributes?.ApproximateReceiveCount ?? 1)),
          pollingCompleteWaitTimeMs: DRAIN_MS,
          suppressFifoWarning: true,
          handleMessage: async (received: Message) => {
            const message = messageBody.parse(JSON.parse(received.Body ?? ""));
            const isAgain = message.isAgain || Number(received.Attributes?.ApproximateReceiveCount ?? 1) > 1;
            await handle({ ...message, isAgain });
            return received; // acknowledged
          },
        });
        consumer.on("error", (error) => !isClosing && options.onError(error)); // a closing queue breaks its polls off
        consumer.start();
        return consumer;
      });
    },
    async close() {
      isClosing = true;
      await Promise.all(
        consumers.map(
          (consumer) =>
            new Promise<void>((resolve) => {
              if (!consumer.status.isRunning) return resolve();
              consumer.once("stopped", () => resolve());
              consumer.stop({ abort: true });
            }),
        ),
      );
    },
  };
}
