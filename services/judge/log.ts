/** Log lines without content: names, ids, counts and codes. `json` for machines, `text` for people. */
export type Log = (level: "info" | "error", event: string, fields?: Record<string, string | number | boolean | null>) => void;

export function openLog(format: "json" | "text", write: (line: string) => void): Log {
  return (level, event, fields = {}) => {
    const time = new Date().toISOString();
    if (format === "json") return write(JSON.stringify({ time, level, service: "judge", event, ...fields }));
    const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    write([time, level.toUpperCase(), event, ...pairs].join(" "));
  };
}

/** An error's class and code. Its message stays out: it could quote content. */
export function errorFields(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { error: typeof error };
  return { error: error.name, ...("code" in error && { code: String(error.code) }) };
}
