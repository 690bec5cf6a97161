import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ledgerPage, proofBundle } from "@ledgix/contract/ledger";
import { verifyBundle } from "@ledgix/ledger/verify";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { until } from "./stack.ts";

const run = promisify(execFile);
const here = import.meta.dirname;
let directory: string;
let ports: Record<"PORT" | "VAULT_PORT" | "JUDGE_PORT" | "SUPABASE_PORT", string>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ledgix-process-"));
  const [PORT, VAULT_PORT, JUDGE_PORT, SUPABASE_PORT] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  ports = { PORT, VAULT_PORT, JUDGE_PORT, SUPABASE_PORT };
});
const children: ChildProcess[] = [];
afterEach(() => Promise.all(children.splice(0).map(killHard)));
afterAll(() => rm(directory, { recursive: true, force: true }));

async function hold(port = 0): Promise<{ server: Server; port: string }> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, port: String(typeof address === "object" ? address?.port : 0) };
}
async function freePort(): Promise<string> {
  const { server, port } = await hold();
  server.close();
  return port;
}
const environment = (extra = {}) => ({
  ...process.env,
  ...ports,
  LEDGIX_DATA_DIR: directory,
  VAULT_RATE_LIMIT_RPS: "0",
  ...extra,
});

async function startProcess(): Promise<ChildProcess> {
  const child = fork(join(here, "services-process.ts"), {
    env: environment({ VAULT_LEDGER_ANCHOR_BACKFILL_INTERVAL_SECONDS: "1" }),
    execArgv: [],
  });
  children.push(child);
  await once(child, "message");
  return child;
}
async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("kill -9", () => {
  it("loses nothing that was acknowledged, and every event keeps a valid receipt", async () => {
    let child = await startProcess();
    const { stdout } = await run(
      process.execPath,
      [
        join(here, "../bootstrap.ts"),
        "--email",
        "ci@example.com",
        "--password",
        "correct horse battery",
        "--tenant",
        "Acme",
        "--key",
        "ci",
      ],
      { env: environment() },
    );
    const answer = z
      .object({
        vault_url: z.url(),
        console_url: z.url(),
        client_id: z.uuid(),
        api_key: z.string(),
        access_token: z.string(),
        environment: z.literal("development"),
      })
      .strict()
      .parse(JSON.parse(stdout));
    const headers = { "content-type": "application/json", "x-vault-api-key": answer.api_key };
    const acknowledged: string[] = [];
    let isRunning = true;
    const caller = async (n: number) => {
      for (let i = 0; isRunning; i++) {
        const body = JSON.stringify({ tool_name: "pay", tool_args: { n, i } });
        const response = await fetch(`${answer.vault_url}/request-clearance`, { method: "POST", headers, body }).catch(
          () => null,
        );
        const json = await response?.json().catch(() => null);
        if (response?.ok && json) acknowledged.push(json.request_id);
        else await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const callers = Array.from({ length: 16 }, (_, n) => caller(n));
    for (let round = 0; round < 3; round++) {
      const before = acknowledged.length;
      await until(
        async () => acknowledged.length,
        (count) => count > before + 40,
      );
      await killHard(child);
      child = await startProcess();
    }
    isRunning = false;
    await Promise.all(callers);
    const get = async (path: string) => (await fetch(answer.vault_url + path, { headers })).json();
    const recorded = async () => {
      const ids = new Set<string>();
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = ledgerPage.parse(await get(`/ledger?limit=500${cursor && `&cursor=${cursor}`}`));
        for (const entry of page.entries) ids.add(entry.request_id);
        cursor = page.next_cursor;
      }
      return ids;
    };
    // What was answered as still processing is in the ledger once it is decided.
    await until(
      async () => {
        const ids = await recorded();
        return acknowledged.filter((id) => !ids.has(id));
      },
      (missing) => missing.length === 0,
    );
    for (const id of acknowledged.filter((_, i) => i % 10 === 0)) {
      const bundle = await until(
        async () => proofBundle.safeParse(await get(`/ledger/proof/bundle?request_id=${id}`)).data,
        (found) => found !== undefined,
      );
      if (bundle) expect((await verifyBundle(bundle)).filter((check) => check.outcome === "failed")).toEqual([]);
    }
  }, 120_000);
});

describe("one directory has one instance", () => {
  it("whatever spelling of a tenant is called during writes, what was acknowledged is there after a kill", async () => {
    let child = await startProcess();
    const who = ["--email", "two@example.com", "--password", "correct horse battery", "--tenant", "Twice", "--key", "ci"];
    const { stdout } = await run(process.execPath, [join(here, "../bootstrap.ts"), ...who], { env: environment() });
    const made = z
      .object({ vault_url: z.url(), client_id: z.uuid(), api_key: z.string(), access_token: z.string() })
      .parse(JSON.parse(stdout));
    const headers = { "content-type": "application/json", "x-vault-api-key": made.api_key };
    const acknowledged: string[] = [];
    const write = async (n: number) => {
      const body = JSON.stringify({ tool_name: "pay", tool_args: { n } });
      const response = await fetch(`${made.vault_url}/request-clearance`, { method: "POST", headers, body });
      acknowledged.push(z.object({ request_id: z.uuid() }).parse(await response.json()).request_id);
    };
    const upper = made.client_id.toUpperCase();
    const mixed = made.client_id.replace(/[a-f]/, (letter) => letter.toUpperCase());
    const look = async (client: string) =>
      fetch(`${made.vault_url}/reviews`, {
        headers: { authorization: `Bearer ${made.access_token}`, "x-ledgix-client": client },
      }).then(({ status }) => status);
    for (let round = 0; round < 10; round++) {
      const looks = [look(upper), look(mixed)];
      await Promise.all(Array.from({ length: 6 }, (_, n) => write(round * 10 + n)));
      expect(await Promise.all(looks)).toEqual([200, 200]);
    }
    await killHard(child);
    child = await startProcess();
    const found = await Promise.all(
      acknowledged.map(async (id) => (await fetch(`${made.vault_url}/clearance-status/${id}`, { headers })).status),
    );
    expect([acknowledged.length, found.filter((status) => status !== 200)]).toEqual([60, []]);
  });
});

describe("a start that cannot work says in one sentence what to do, and exits with a code that is not 0", () => {
  const start = async (extra: Record<string, string>) => {
    const failure = await run(process.execPath, [join(here, "../main.ts")], { env: environment(extra) }).then(
      () => ({ code: 0, stderr: "" }),
      (error: { code: number; stderr: string }) => error,
    );
    return { code: failure.code, message: failure.stderr.trim() };
  };

  it.each(["PORT", "VAULT_PORT", "JUDGE_PORT", "SUPABASE_PORT"])("%s is taken", async (variable) => {
    const taken = await hold();
    const { code, message } = await start({ [variable]: taken.port, LEDGIX_DATA_DIR: join(directory, "taken") });
    taken.server.close();
    expect(code).toBe(1);
    expect(message).toBe(`Port ${taken.port} is taken. Stop what listens there, or set ${variable} to another port.`);
  });

  it("the folder cannot be written", async () => {
    const file = join(directory, "a-file");
    await writeFile(file, "");
    const { code, message } = await start({ LEDGIX_DATA_DIR: join(file, "data") });
    expect(code).toBe(1);
    expect(message).toMatch(/^The data directory .* cannot be written\. Set LEDGIX_DATA_DIR to a directory that can\.$/);
  });

  it("a second start on the same data", async () => {
    await startProcess();
    const others = {
      PORT: await freePort(),
      VAULT_PORT: await freePort(),
      JUDGE_PORT: await freePort(),
      SUPABASE_PORT: await freePort(),
    };
    const { code, message } = await start(others);
    expect(code).toBe(1);
    expect(message).toMatch(
      /^Ledgix already runs on .* \(process \d+\)\. Stop it first, or set LEDGIX_DATA_DIR and the ports for a second one\.$/,
    );
  });

  it("a setting that does not fit is named with what it takes, and what could be a secret is not repeated", async () => {
    const wrong = { VAULT_JWT_TTL: "soon", SMTP_URL: "http://user:hunter2@host", LEDGIX_DATA_DIR: join(directory, "setting") };
    const { code, message } = await start(wrong);
    expect(code).toBe(1);
    expect(message).toContain('VAULT_JWT_TTL: got "soon", takes whole seconds, at least 1.');
    expect(message).toContain("SMTP_URL: got a value of 24 characters");
    expect(message).not.toContain("hunter2");
  });
});
