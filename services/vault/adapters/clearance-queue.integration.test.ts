import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { createQueue, endpoint, sqsClient } from "../test/aws.ts";
import type { ClearanceMessage, ClearanceQueue } from "./clearance-queue.ts";
import { memoryQueue } from "./memory-queue.ts";
import { sqsQueue } from "./sqs-queue.ts";

// One suite over the queue in memory and SQS FIFO, the latter where TEST_AWS_ENDPOINT_URL is set.

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const fail = (error: unknown) => {
  throw error;
};

const message = (agentId = "agent"): ClearanceMessage => ({
  clientId: crypto.randomUUID(),
  requestId: crypto.randomUUID(),
  agentId,
});
const openSqs = async (receives?: number) => {
  const queue = await createQueue(receives);
  const opened = sqsQueue({
    client: sqsClient(),
    queueUrl: queue.url,
    workers: 3,
    groupShards: 64,
    waitSeconds: 1,
    visibilitySeconds: 2,
    onError: fail,
  });
  return Object.assign(opened, queue);
};
const queues: [string, () => Promise<ClearanceQueue>][] = [["in memory", async () => memoryQueue({ workers: 3, depth: 100 })]];
if (endpoint) queues.push(["in SQS", openSqs]);
describe.each(queues)("a clearance queue %s", (_, open) => {
  it("hands out every message, no more at once than it has workers, and none after it closed", async () => {
    const queue = await open();
    let [atWork, most] = [0, 0];
    const sent = Array.from({ length: 12 }, (_, i) => message(`agent-${i}`));
    const seen: string[] = [];
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        most = Math.max(most, ++atWork);
        await pause(20);
        atWork--;
        if (seen.push(requestId) === sent.length) resolve();
      }),
    );
    for (const each of sent) expect(await queue.send(each)).toBe(true);
    await finished;
    expect(new Set(seen)).toEqual(new Set(sent.map(({ requestId }) => requestId)));
    expect(most).toBeLessThanOrEqual(3);
    await queue.close();
    const before = seen.length;
    await queue.send(message());
    await pause(100);
    expect(seen.length).toBe(before);
  });

  it("goes on after a handler failed", async () => {
    const queue = await open();
    const seen: string[] = [];
    const [bad, good] = [message("a"), message("b")];
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        if (requestId === bad.requestId) throw new Error("not now");
        seen.push(requestId);
        resolve();
      }),
    );
    await queue.send(bad);
    await queue.send(good);
    await finished;
    expect(seen).toEqual([good.requestId]);
    await queue.close();
  });
});

it("a queue in memory says when it is full instead of growing", async () => {
  const queue = memoryQueue({ workers: 1, depth: 2 });
  expect([await queue.send(message()), await queue.send(message()), await queue.send(message())]).toEqual([true, true, false]);
  await queue.close();
});

describe.runIf(endpoint)("a clearance queue in SQS", () => {
  const left = async (url: string) => {
    const { Attributes } = await sqsClient().send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    return Number(Attributes?.ApproximateNumberOfMessages);
  };

  it("takes a request that is sent twice for one message", async () => {
    const queue = await openSqs();
    const one = message();
    await queue.send(one);
    await queue.send(one);
    expect(await left(queue.url)).toBe(1);
  });

  it("hands a message out again that its worker did not finish, and not while a worker is still at it", async () => {
    const queue = await openSqs();
    const one = message();
    const starts: string[] = [];
    let isFirst = true;
    const finished = new Promise<void>((resolve) =>
      queue.consume(async ({ requestId }) => {
        starts.push(requestId);
        if (isFirst) {
          isFirst = false;
          throw new Error("a crash");
        }
        await pause(4_500); // longer than the visibility timeout, which is extended meanwhile
        resolve();
      }),
    );
    await queue.send(one);
    await finished;
    await pause(500);
    expect(starts).toEqual([one.requestId, one.requestId]);
    expect(await left(queue.url)).toBe(0);
    await queue.close();
  });

  it("puts what fails again and again among the dead letters", async () => {
    const queue = await openSqs(1);
    queue.consume(() => Promise.reject(new Error("never")));
    await queue.send(message());
    for (let tries = 0; (await left(queue.deadLetters)) === 0 && tries < 100; tries++) await pause(200);
    expect(await left(queue.deadLetters)).toBe(1);
    await queue.close();
  });
});
