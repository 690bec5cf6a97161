import { uploadPolicyFields } from "@ledgix/contract/policy";
import { ProblemError } from "@ledgix/contract/problem";
import type { HonoRequest } from "hono";
import type { z } from "zod";
import { parseWith, refuseNul } from "../http/body.ts";

/**
 * Reads the multipart body (RFC 7578) of `POST /admin/upload-policy`: the document as `file`, and text fields beside it.
 *
 * @throws {ProblemError} `invalid_body` · `invalid_string`
 */
export async function readUpload(request: HonoRequest): Promise<{ file: File; fields: z.output<typeof uploadPolicyFields> }> {
  // What is no multipart body, or a broken one, holds no file.
  const { file, ...form } = await request.parseBody().catch((): Record<string, string | File> => ({}));
  if (!(file instanceof File)) throw new ProblemError("invalid_body", "Send the document as `file` in multipart/form-data.");
  const texts = Object.entries(form).filter((field): field is [string, string] => typeof field[1] === "string");
  refuseNul(Object.fromEntries(texts));
  return { file, fields: parseWith(uploadPolicyFields, form, "invalid_body") };
}
