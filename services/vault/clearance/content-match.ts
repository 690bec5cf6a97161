import { ProblemError } from "@ledgix/contract/problem";
import type { VaultDependencies } from "../dependencies.ts";
import type { StoredRequest } from "./stored-request.ts";

type Deps = Pick<VaultDependencies, "log" | "metrics">;
type Compared = Pick<StoredRequest, "request_id" | "record">;

/** Where the stored content of requests is not what was asked, an operator hears of it: somebody writes to the tenant's database. */
export function tellMismatches({ log, metrics }: Deps, requests: readonly Compared[]): void {
  for (const { request_id, record } of requests) {
    if (record !== "mismatched") continue;
    metrics.contentMismatches.inc();
    log.error("request.content_mismatch", new Error("A stored request does not match its record."), { request_id });
  }
}

/** Before a request is approved, signed or burned. @throws {ProblemError} `content_mismatch` */
export function assertMatches(deps: Deps, request: Compared): void {
  if (request.record !== "mismatched") return;
  tellMismatches(deps, [request]);
  throw new ProblemError(
    "content_mismatch",
    "What is stored of this request is not what was asked, so it can only be denied. Tell whoever runs your Ledgix, and ask for clearance again.",
  );
}

/** A request whose content is not what the ledger recorded is treated as one that does not match its own hashes. */
export function asMismatched<Request extends StoredRequest>(request: Request): Request {
  return { ...request, tool_args: {}, record: "mismatched" };
}
