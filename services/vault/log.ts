/** Structured log lines. Fields are names, ids, counts and codes; never content, never a secret. */
export interface Log {
  info(event: string, fields?: Record<string, string | number | boolean>): void;
  error(event: string, error: unknown, fields?: Record<string, string | number | boolean>): void;
}

export function jsonLog(service: string, write: (line: string) => void): Log {
  const line = (level: string, event: string, fields: object) =>
    write(JSON.stringify({ time: new Date().toISOString(), level, service, event, ...fields }));
  return {
    info: (event, fields = {}) => line("info", event, fields),
    error: (event, error, fields = {}) => line("error", event, { ...fields, ...describe(error) }),
  };
}

/** An error's class, code and stack. The message stays out: a driver's message can quote content. */
function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const stack = error.stack?.split("\n").filter((frame) => frame.trimStart().startsWith("at "));
  return {
    error: error.name,
    ...("code" in error && { code: String(error.code) }),
    stack: stack?.slice(0, 8).map((frame) => frame.trim()),
    ...(error.cause !== undefined && { cause: describe(error.cause) }),
  };
}

export const silentLog: Log = { info() {}, error() {} };
