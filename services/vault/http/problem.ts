import { OperatorError } from "@ledgix/configuration/operator-error";
import { ProblemError } from "@ledgix/contract/problem";
import { isOutage } from "@ledgix/tenancy/database";
import { TenantNotFound, TenantUnavailable } from "@ledgix/tenancy/directory";
import { SecretsUnavailable } from "@ledgix/tenancy/secret-cache";
import type { Log } from "../log.ts";

/** Writes any error as problem+json. What was not expected is logged once, with the request's id, and says nothing of the inside. */
export function problemResponse(error: unknown, requestId: string, log: Log): Response {
  const problem = toProblem(error);
  if (problem.status >= 500) log.error("request.failed", error, { request_id: requestId, code: problem.code });
  return new Response(JSON.stringify(problem.toJSON(requestId)), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": requestId,
      // The rest of a body that was too large is not read, so the connection cannot serve another request.
      ...(problem.code === "body_too_large" && { connection: "close" }),
      ...(problem.retryAfter !== undefined && { "retry-after": String(problem.retryAfter) }),
    },
  });
}

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof TenantNotFound || error instanceof TenantUnavailable || error instanceof OperatorError) {
    return new ProblemError("tenant_unavailable", "The tenant's database is not ready. Try again shortly.", { retryAfter: 5 });
  }
  if (error instanceof SecretsUnavailable) {
    return new ProblemError("tenant_unavailable", "The tenant's secret cannot be read. Try again shortly.", { retryAfter: 5 });
  }
  if (isOutage(error)) {
    return new ProblemError("tenant_unavailable", "The tenant's database cannot be reached. Try again shortly.", {
      retryAfter: 5,
    });
  }
  return new ProblemError("internal_error", "Something went wrong on our side. Try again; if it stays, tell us the request_id.");
}
