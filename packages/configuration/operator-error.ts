/** What the operator can mend. The message says what to do in a sentence or two, and holds no secret. */
export class OperatorError extends Error {
  override name = "OperatorError";
}
