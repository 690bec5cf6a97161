import { ProblemError } from "@ledgix/contract/problem";
import type { VaultDependencies } from "../../dependencies.ts";

/** How old a signed interaction may be. */
export const MAX_AGE_SECONDS = 5 * 60;

/** What Slack sends with each interaction. */
export type Signed = { timestamp: string; signature: string };
type Deps = Pick<VaultDependencies, "slack" | "now">;

/** What can be seen without the body. @throws {ProblemError} `slack_signature_invalid` */
export function assertFresh({ slack, now }: Deps, { timestamp, signature }: Signed): void {
  const age = Math.abs(now().getTime() / 1000 - Number(timestamp));
  const isFresh = /^\d{1,12}$/.test(timestamp) && age <= MAX_AGE_SECONDS;
  if (slack === null || !isFresh || !/^v0=[0-9a-f]{64}$/.test(signature)) throw notSigned();
}

/** @throws {ProblemError} `slack_signature_invalid` */
export function assertSigned(deps: Deps, rawBody: string, signed: Signed): void {
  assertFresh(deps, signed);
  if (!deps.slack?.isSigned(signed.timestamp, rawBody, signed.signature)) throw notSigned();
}

const notSigned = () =>
  new ProblemError("slack_signature_invalid", "The interaction is not signed by Slack, or is older than five minutes.");
