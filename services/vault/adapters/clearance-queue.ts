/** `isAgain`: somebody had it before, and did not come back with a decision. */
export type ClearanceMessage = { clientId: string; requestId: string; agentId: string; isAgain?: boolean };

/**
 * Requests that wait for the judge. Delivery is at least once: whoever handles a message must be able to see it twice. The state of
 * record is the database; a message that a crash loses is sent again from there.
 */
export interface ClearanceQueue {
  /** Whether another replica may decide what this one sent, so that a waiting caller has to look at the database. */
  readonly isShared: boolean;
  /** @returns false where the queue is full or away; the request stays in the database and is sent again later. */
  send(message: ClearanceMessage): Promise<boolean>;
  /** Starts handing out messages. Called once. A handler that rejects gets its message again, where the queue can do that. */
  consume(handle: (message: ClearanceMessage) => Promise<void>): void;
  /** Stops handing out messages and waits for those at work. */
  close(): Promise<void>;
}
