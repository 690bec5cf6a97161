import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { readConfig } from "@ledgix/configuration/read";
import { type Stack, startStack } from "@ledgix/local/test/stack";
import { sqsQueue } from "@ledgix/vault/adapters/sqs-queue";
import { operatorConfig } from "@ledgix/vault/config";
import { createQueue, endpoint, sqsClient } from "@ledgix/vault/test/aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listDeadLetters, redriveDeadLetters } from "./dead-letters.ts";
import type { Installation } from "./installation.ts";

describe.runIf(endpoint)("dead letters", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.close());

  it("are listed with the state of their requests, stay where they are, and are sent again", async () => {
    const clientId = await stack.addTenant();
    const { body } = await (await stack.addKey(clientId))("POST", "/request-clearance", { tool_name: "pay", tool_args: {} });
    const { url, deadLetters } = await createQueue(1);
    const client = sqsClient();
    const send = { client, queueUrl: url, workers: 1, groupShards: 4, waitSeconds: 1, visibilitySeconds: 2, onError: () => {} };
    await sqsQueue(send).send({ clientId, requestId: body.request_id, agentId: "a" });
    const receive = (QueueUrl: string, VisibilityTimeout = 0) =>
      client.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout, WaitTimeSeconds: 1 }));
    for (let i = 0; i < 2; i++) await receive(url); // received once and not handled: the second time it goes to the dead letters

    const config = readConfig(operatorConfig, {
      DATABASE_URL: "postgres://unused",
      VAULT_CLEARANCE_SQS_QUEUE_URL: url,
    });
    const environment = { ...process.env, AWS_ENDPOINT_URL: endpoint };
    const installation: Installation = {
      ...{ controlPlane: stack.controlPlane, tenants: stack.tenants, config, environment, anchors: null },
      databases: { provision: async () => "", open: async () => stack.controlPlane },
      secrets: { read: async () => null, create: async (_, secret) => secret, replace: async () => {}, forget: () => {} },
      close: async () => {},
    };
    const letter = { request_id: body.request_id, client_id: clientId, request: "pending_review" };
    expect(await listDeadLetters(installation)).toMatchObject([letter]);
    expect(await listDeadLetters(installation)).toMatchObject([letter]);
    expect(await redriveDeadLetters(installation)).toBe(1);
    expect((await receive(url, 30)).Messages?.[0]?.Body).toContain(body.request_id);
    expect((await receive(deadLetters)).Messages ?? []).toEqual([]);
  });
});
