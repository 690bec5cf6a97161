import { OperatorError } from "@ledgix/configuration/operator-error";
import { isOutage } from "./database.ts";

/**
 * Says why a program ends: in a sentence where the operator can mend it, else with a stack. Never with what an error carries beside, such as
 * the address that `new URL` was given, with its password.
 */
export function tellOperator(error: unknown): void {
  if (error instanceof OperatorError) console.error(error.message);
  else if (error instanceof Error && isOutage(error)) console.error(`What is needed could not be reached: ${error.message}.`);
  else console.error(error instanceof Error ? error.stack : error);
}
