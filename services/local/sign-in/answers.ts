import { untilTimeClass, waitInWords } from "@ledgix/contract/attempts";

/** An answer in the words of Supabase Auth, which its client reads. */
export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { code: status, error_code: code, msg: message },
    { status, headers: { "cache-control": "no-store", "x-sb-error-code": code, ...headers } },
  );
}

export const tooManyTries = (seconds: number): Response =>
  refusal(429, "over_request_rate_limit", `Too many tries. Try again in ${waitInWords(seconds)}.`, {
    "retry-after": String(seconds),
  });

export const notOffered = (): Response => refusal(404, "not_offered", "The embedded control plane does not offer this.");

/** One answer for a wrong, a used and an expired code, and for an address that never had one. */
export const codeRefused = (): Response => refusal(403, "otp_expired", "Email link is invalid or has expired");

export const credentialsRefused = (): Response => refusal(400, "invalid_credentials", "Invalid login credentials");

/** Waits until the answer's time says nothing of what was found. */
export async function inTimeClass(startedAt: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, untilTimeClass(performance.now() - startedAt)));
}
