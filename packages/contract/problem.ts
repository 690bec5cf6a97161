import { z } from "zod";
import type { JsonObject } from "./json.ts";

/** Every code that Vault and the judge answer with, its HTTP status and its title. Codes are stable; titles may be reworded. */
export const problems = {
  malformed_json: [400, "The body is not valid JSON"],
  invalid_parameter: [400, "A query parameter does not fit"],
  invalid_header: [400, "A header does not fit"],
  unauthenticated: [401, "Authentication is missing"],
  api_key_invalid: [401, "The API key is not known"],
  api_key_expired: [401, "The API key has expired"],
  api_key_revoked: [401, "The API key was revoked"],
  wrong_environment: [401, "The API key belongs to another environment"],
  access_token_invalid: [401, "The access token is not valid"],
  token_invalid: [401, "The clearance token is not valid"],
  token_expired: [401, "The clearance token has expired"],
  slack_signature_invalid: [401, "The interaction is not Slack's"],
  forbidden: [403, "This is not allowed for you"],
  tenant_suspended: [403, "The tenant is suspended"],
  client_mismatch: [403, "The request names another tenant"],
  own_request: [403, "Nobody decides their own request"],
  member_required: [403, "A member does this, not a key"],
  not_a_reviewer: [403, "The rule of this case asks for somebody else"],
  member_too_new: [403, "You have not been a member for long enough"],
  console_required: [403, "The rule of this case asks for the console"],
  mint_unknown: [403, "There is no such request to mint from"],
  mint_not_approved: [403, "The original is not approved"],
  mint_human_approved: [403, "A person approved the original"],
  mint_mismatch: [403, "The action is not the original's"],
  mint_denied: [403, "The policies deny the action"],
  mint_needs_review: [403, "The action needs a person"],
  not_found: [404, "Not found"],
  already_decided: [409, "The case was already decided"],
  idempotency_key_reuse: [409, "The Idempotency-Key was used for another body"],
  changed_meanwhile: [409, "What this rests on was changed meanwhile"],
  cases_failed: [409, "The version does not pass its test cases"],
  too_many_waiting: [409, "Too much of this key waits for a member"],
  token_replayed: [409, "The clearance token was already used"],
  slack_not_connected: [409, "Slack is not connected"],
  content_mismatch: [409, "The stored request is not what was asked"],
  redacted: [409, "What the request said was redacted"],
  not_settled: [409, "The request is not settled yet"],
  not_sequenced: [409, "The event is not in a checkpoint yet"],
  settings_changed: [412, "The settings were changed meanwhile"],
  body_too_large: [413, "The body is too large"],
  unsupported_document: [415, "The document's format is not supported"],
  invalid_body: [422, "The body does not fit"],
  number_out_of_range: [422, "A number is out of range"],
  invalid_string: [422, "A string is not valid Unicode"],
  too_deep: [422, "The JSON is nested too deeply"],
  reason_required: [422, "This decision needs a reason"],
  arguments_mismatch: [422, "The arguments differ from the approved ones"],
  not_covered: [422, "The request holds what no approval covers"],
  tool_mismatch: [422, "The tool differs from the approved one"],
  rate_limited: [429, "Too many requests"],
  internal_error: [500, "Something went wrong on our side"],
  judge_unavailable: [503, "The judge cannot be reached"],
  delivery_failed: [502, "A message could not be delivered"],
  upstream_failed: [502, "The protected service did not answer"],
  tenant_unavailable: [503, "The tenant's database cannot be reached"],
  control_plane_unavailable: [503, "The control plane cannot be reached"],
  signer_unavailable: [503, "The signer cannot be reached"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof problems;

export const fieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457 `application/problem+json`, with a stable `code`. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(fieldError).optional(),
});
export type Problem = z.infer<typeof problem>;

export type ProblemOptions = { errors?: FieldError[]; retryAfter?: number; details?: JsonObject; cause?: unknown };

/** An expected failure of a request. Thrown where it is found, written as problem+json in one place. */
export class ProblemError extends Error {
  override name = "ProblemError";
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  /** Seconds, for the `Retry-After` header. */
  readonly retryAfter: number | undefined;
  /** Members beside the standard ones, such as who decided a case first. */
  readonly details: JsonObject;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.status = problems[code][0];
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
    this.details = options.details ?? {};
  }

  toJSON(requestId: string): Problem {
    return {
      type: `https://ledgix.dev/problems/${this.code}`,
      title: problems[this.code][1],
      status: this.status,
      detail: this.message,
      code: this.code,
      request_id: requestId,
      ...this.details,
      ...(this.errors && { errors: this.errors }),
    };
  }
}

/** A zod error as the `errors[]` of a problem. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
}
