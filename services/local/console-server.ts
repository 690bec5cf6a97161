import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export type ConsoleEnvironment = {
  SUPABASE_URL: string;
  SUPABASE_PUBLISHABLE_KEY: string;
  VAULT_URL: string;
  VAULT_PUBLIC_URL: string;
  CONSOLE_URL: string;
  CONSOLE_ALLOWED_HOSTS: string;
  HAS_LOCAL_INBOX: string;
  CONSOLE_ATTEMPTS_SECRET: string;
};

/** Runs the built console in a process of its own, and waits until it answers. */
export async function startConsole(port: number, host: string, environment: ConsoleEnvironment): Promise<ChildProcess> {
  const child = fork(`${ROOT}node_modules/next/dist/bin/next`, ["start", ROOT, "--port", String(port), "--hostname", host], {
    execArgv: ["--import", fileURLToPath(new URL("./exit-with-parent.ts", import.meta.url))],
    env: { ...process.env, ...environment, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // A group of its own: Ctrl-C reaches `npm start`, which then ends the console itself.
    detached: true,
  });
  let hasExited = false;
  child.once("exit", () => {
    hasExited = true;
  });
  while (!hasExited) {
    const answer = await fetch(`http://${host}:${port}/api/health`).catch(() => null);
    if (answer?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The console did not start. Its reason stands above.");
}
