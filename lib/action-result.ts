/** What a server action answers: data, or a sentence that says what happened and what to do. Nothing is thrown across. */
export type ActionResult<Data = null> = { ok: true; data: Data } | { ok: false; error: string; code?: string };

export const succeeded = <Data>(data: Data): ActionResult<Data> => ({ ok: true, data });
export const failed = (error: string, code?: string): ActionResult<never> => ({ ok: false, error, ...(code && { code }) });
