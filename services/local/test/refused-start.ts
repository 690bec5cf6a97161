import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Starts a service that cannot start. @returns how it ended, and what it told the operator */
export async function refusedStart(service: string, env: NodeJS.ProcessEnv): Promise<{ exit: unknown[]; message: string }> {
  const child = fork(join(import.meta.dirname, "../..", service, "main.ts"), { env, execArgv: [], silent: true });
  let message = "";
  child.stderr?.on("data", (chunk) => {
    message += chunk;
  });
  return { exit: await once(child, "exit"), message };
}
