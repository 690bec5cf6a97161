import { type ActionResult, failed } from "../action-result";

/**
 * What an action answers where the control plane did not do it. Its functions say in a sentence why they refuse; other errors say nothing that
 * helps.
 */
export function refused(error: { code?: string; message: string }, otherwise: string): ActionResult<never> {
  const isMeant = /^(PT4\d\d|42501|23505)$/.test(error.code ?? "");
  return failed(isMeant ? error.message : otherwise, error.code);
}
